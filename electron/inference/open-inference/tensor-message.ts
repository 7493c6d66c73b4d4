/**
 * Bodies of the protocol over HTTP: a JSON header and, with the binary extension, the raw little-endian tensors behind
 * it in the order of the header. Used by both ends, so that what one writes the other reads.
 */
import { z } from 'zod';
import { FLOAT_DATATYPE, ProtocolError, type WireTensor } from './protocol';

const BYTES_PER_VALUE = 4;
/** More values than any tensor here can have; keeps products of sizes exact. */
const MAXIMUM_VALUES = 2 ** 31;
const MAXIMUM_NESTING = 8;

const tensorSchema = z.object({
  name: z.string().max(1000),
  datatype: z.string().max(20),
  shape: z.array(z.int().nonnegative()).max(MAXIMUM_NESTING),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  data: z.unknown().optional(),
});

export interface TensorMessage {
  readonly body: Buffer;
  /** length of the JSON part; null = the whole body is JSON */
  readonly headerLength: number | null;
}

/**
 * @param field `inputs` of a request, `outputs` of an answer
 * @param more other fields of the header
 */
export function writeMessage(
  field: 'inputs' | 'outputs',
  tensors: readonly WireTensor[],
  options: { binary: boolean; more: Record<string, unknown> },
): TensorMessage {
  const described = tensors.map(({ name, shape, data }) => ({
    name,
    datatype: FLOAT_DATATYPE,
    shape,
    ...(options.binary ? { parameters: { binary_data_size: data.byteLength } } : { data: Array.from(data) }),
  }));
  const header = Buffer.from(JSON.stringify({ ...options.more, [field]: described }));
  if (!options.binary) return { body: header, headerLength: null };
  const raw = tensors.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return { body: Buffer.concat([header, ...raw]), headerLength: header.length };
}

export interface ParsedMessage {
  readonly header: Record<string, unknown>;
  readonly tensors: WireTensor[];
}

/**
 * @param headerLength the value of the header-length field; undefined = the whole body is JSON
 * @throws ProtocolError naming what is wrong
 */
export function readMessage(field: 'inputs' | 'outputs', body: Buffer, headerLength: string | undefined): ParsedMessage {
  const cut = headerLength === undefined ? body.length : parseLength(headerLength, body.length);
  const header = parseHeader(body.subarray(0, cut));
  const listed = z.array(tensorSchema).max(64).safeParse(header[field]);
  if (!listed.success) throw new ProtocolError(`"${field}" is not a list of tensors: ${firstIssue(listed.error)}`);
  let raw = body.subarray(cut);
  const tensors = listed.data.map((tensor) => {
    const values = valueCount(tensor);
    const size = tensor.parameters?.['binary_data_size'];
    if (size === undefined) return { name: tensor.name, shape: tensor.shape, data: listedValues(tensor.name, tensor.data, values) };
    if (size !== values * BYTES_PER_VALUE || size > raw.length) {
      throw new ProtocolError(
        `tensor "${tensor.name}" needs ${values * BYTES_PER_VALUE} raw bytes, not ${JSON.stringify(size)} of ${raw.length}`,
      );
    }
    const data = floatsOf(raw.subarray(0, size));
    raw = raw.subarray(size);
    return { name: tensor.name, shape: tensor.shape, data };
  });
  if (raw.length > 0) throw new ProtocolError(`${raw.length} bytes follow the last tensor`);
  return { header, tensors };
}

/** A copy, since raw values may start at any byte. @param bytes little-endian, a multiple of 4 */
export function floatsOf(bytes: Uint8Array): Float32Array {
  const copy = new Uint8Array(bytes);
  return new Float32Array(copy.buffer, 0, copy.length / BYTES_PER_VALUE);
}

function parseLength(text: string, limit: number): number {
  const length = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (length > 0 && length <= limit) return length;
  throw new ProtocolError(`the header length "${text.slice(0, 20)}" does not fit a body of ${limit} bytes`);
}

function parseHeader(bytes: Buffer): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  } catch {
    throw new ProtocolError('the header is not JSON');
  }
  throw new ProtocolError('the header is not a JSON object');
}

function valueCount({ name, datatype, shape }: z.infer<typeof tensorSchema>): number {
  if (datatype !== FLOAT_DATATYPE) throw new ProtocolError(`tensor "${name}" is ${datatype}, only ${FLOAT_DATATYPE} is supported`);
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (count > MAXIMUM_VALUES) throw new ProtocolError(`tensor "${name}" is too large`);
  }
  return count;
}

/** Flat or nested lists of numbers. */
function listedValues(name: string, list: unknown, count: number): Float32Array {
  const data = new Float32Array(countValues(name, list, count, 0));
  if (data.length !== count) throw new ProtocolError(`tensor "${name}" has ${data.length} values, its shape needs ${count}`);
  fill(name, data, list, 0);
  return data;
}

function countValues(name: string, item: unknown, limit: number, depth: number): number {
  if (!Array.isArray(item)) {
    if (depth === 0) throw new ProtocolError(`tensor "${name}" has no data`);
    return 1;
  }
  if (depth > MAXIMUM_NESTING) throw new ProtocolError(`tensor "${name}" is nested too deeply`);
  let count = 0;
  for (const inner of item) {
    count += countValues(name, inner, limit, depth + 1);
    if (count > limit) throw new ProtocolError(`tensor "${name}" has more values than its shape needs (${limit})`);
  }
  return count;
}

function fill(name: string, data: Float32Array, item: unknown, at: number): number {
  if (Array.isArray(item)) {
    for (const inner of item) at = fill(name, data, inner, at);
    return at;
  }
  if (typeof item !== 'number') throw new ProtocolError(`tensor "${name}" holds something other than numbers`);
  data[at] = item;
  return at + 1;
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.')}: ${issue.message}` : 'not valid';
}
