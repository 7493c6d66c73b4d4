/** Inference requests and answers on the wire, against the network that they are for. */
import { z } from 'zod';
import type { ProbabilityManifest } from '#shared/domain/model';
import type { Tensor } from '../backends/backend';
import { HEADER_LENGTH, ProtocolError } from '../open-inference/protocol';
import { readMessage, writeMessage } from '../open-inference/tensor-message';
import { HttpError } from './http-error';
import { MODEL_VERSION } from './route';

export interface InferRequest {
  readonly id: string | null;
  readonly tensor: Tensor;
  /** the answer's tensor is wanted raw */
  readonly binary: boolean;
}

const requestSchema = z.object({
  id: z.string().max(200).nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  outputs: z
    .array(z.object({ name: z.string().max(200), parameters: z.record(z.string(), z.unknown()).nullish() }))
    .max(16)
    .nullish(),
});

/** @param headerLength value of the header-length field. @throws HttpError 400 */
export function readInferRequest(manifest: ProbabilityManifest, body: Buffer, headerLength: string | undefined): InferRequest {
  try {
    const { header, tensors } = readMessage('inputs', body, headerLength);
    const parsed = requestSchema.safeParse(header);
    if (!parsed.success)
      throw new ProtocolError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
    const { id, parameters, outputs } = parsed.data;
    const wanted = outputs ?? [];
    const stranger = wanted.find(({ name }) => name !== manifest.output.name);
    if (stranger) throw new ProtocolError(`there is no output "${stranger.name}", but "${manifest.output.name}"`);
    if (wanted.some((output) => output.parameters?.['classification'] !== undefined))
      throw new ProtocolError('classification is not supported');
    const [input, ...more] = tensors;
    if (!input || more.length > 0 || input.name !== manifest.input.name) {
      throw new ProtocolError(`exactly one input is needed: "${manifest.input.name}"`);
    }
    refuseShape(manifest, input.shape);
    const binary = parameters?.['binary_data_output'] === true || wanted.some((output) => output.parameters?.['binary_data'] === true);
    return { id: id ?? null, binary, tensor: { dims: input.shape, data: input.data } };
  } catch (error) {
    throw error instanceof ProtocolError ? new HttpError(400, error.message) : error;
  }
}

export interface InferAnswer {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export function writeInferAnswer(manifest: ProbabilityManifest, { id, binary }: InferRequest, answer: Tensor): InferAnswer {
  const more = { model_name: manifest.id, model_version: MODEL_VERSION, ...(id !== null && { id }) };
  const tensor = { name: manifest.output.name, shape: answer.dims, data: answer.data };
  const { body, headerLength } = writeMessage('outputs', [tensor], { binary, more });
  if (headerLength === null) return { body, headers: { 'content-type': 'application/json' } };
  return { body, headers: { 'content-type': 'application/octet-stream', [HEADER_LENGTH]: String(headerLength) } };
}

function refuseShape({ input }: ProbabilityManifest, shape: readonly number[]): void {
  const [tiles = 0, ...tile] = shape;
  const { dynamic, preferred, maximum } = input.batch;
  const wanted = [input.channels, input.height, input.width];
  const fits = tile.length === wanted.length && tile.every((size, axis) => size === wanted[axis]);
  const countFits = dynamic ? tiles >= 1 && tiles <= maximum : tiles === preferred;
  if (fits && countFits) return;
  const count = dynamic ? `1…${maximum}` : String(preferred);
  throw new ProtocolError(`input "${input.name}" has shape [${shape.join(', ')}], expected [${count}, ${wanted.join(', ')}]`);
}
