/** Whether a network on a server is the one that a manifest describes, as far as its metadata tell. */
import type { ProbabilityManifest } from '#shared/domain/model';
import { FLOAT_DATATYPE, type ModelMetadata } from './protocol';

export interface ModelMatch {
  /** tiles that every request must hold; null = any number */
  readonly fixedBatch: number | null;
}

type TensorMetadata = ModelMetadata['inputs'][number];

/** @returns the match, or the reason in English why the pipeline cannot use the network */
export function matchModel({ input, output }: ProbabilityManifest, metadata: ModelMetadata): ModelMatch | string {
  const extra = metadata.inputs.find(({ name }) => name !== input.name);
  const given = metadata.inputs.find(({ name }) => name === input.name);
  const got = metadata.outputs.find(({ name }) => name === output.name);
  const named = (tensors: readonly TensorMetadata[]): string => tensors.map(({ name }) => `"${name}"`).join(', ') || 'none';
  if (!given) return `no input "${input.name}", but ${named(metadata.inputs)}`;
  if (extra) return `an input "${extra.name}" that the manifest does not have`;
  if (!got) return `no output "${output.name}", but ${named(metadata.outputs)}`;
  const fault = faultOf(given, [null, input.channels, input.height, input.width]) ?? faultOf(got, [null, output.channels, null, null]);
  if (fault !== null) return fault;
  const batch = given.shape[0] ?? -1;
  if (batch === -1) return { fixedBatch: null };
  const { dynamic, preferred, maximum } = input.batch;
  const fits = dynamic ? batch >= 1 && batch <= maximum : batch === preferred;
  return fits ? { fixedBatch: batch } : `input "${given.name}" takes exactly ${batch} tiles at a time`;
}

/** @param wanted sizes by axis, null = any */
function faultOf({ name, datatype, shape }: TensorMetadata, wanted: readonly (number | null)[]): string | null {
  if (datatype !== FLOAT_DATATYPE) return `"${name}" is ${datatype}, expected ${FLOAT_DATATYPE}`;
  const fits = shape.length === wanted.length && shape.every((size, axis) => size === -1 || (wanted[axis] ?? size) === size);
  const text = (sizes: readonly (number | null)[]): string =>
    `[${sizes.map((size) => (size === null || size === -1 ? 'any' : size)).join(', ')}]`;
  return fits ? null : `"${name}" has shape ${text(shape)}, expected ${text(wanted)}`;
}
