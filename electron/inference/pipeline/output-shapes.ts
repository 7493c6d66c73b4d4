/** What the network must answer, checked once for each run so that everything behind it may rely on it. */
import { assertNever, RailscopeError } from '#shared/errors/railscope-error';
import type { InstanceOutput, ModelManifest } from '#shared/domain/model';
import type { Tensor, Tensors } from '../backends/backend';

/**
 * @param count tiles of the run
 * @throws inference-failed naming the output that is missing or has another shape
 */
export function checkOutputs(manifest: ModelManifest, outputs: Tensors, count: number): void {
  const { output, input } = manifest;
  for (const [name, expected] of expectedShapes(output, input, outputs)) {
    const found = outputs[name];
    if (found && isOfShape(found, [count, ...expected])) continue;
    const reason = `output ${name} has shape [${found?.dims.join(', ') ?? ''}]`;
    throw new RailscopeError('inference-failed', reason, { model: manifest.id, reason });
  }
}

/** By output: the sizes behind the batch; null = any. */
function expectedShapes(
  output: ModelManifest['output'],
  input: ModelManifest['input'],
  outputs: Tensors,
): readonly (readonly [string, readonly (number | null)[]])[] {
  switch (output.kind) {
    case 'probability':
      return [[output.name, [output.channels, null, null]]];
    case 'instances':
      return instanceShapes(output, input, outputs[output.scores]?.dims[1] ?? null);
    default:
      return assertNever(output);
  }
}

function instanceShapes(
  output: InstanceOutput,
  input: ModelManifest['input'],
  candidates: number | null,
): readonly (readonly [string, readonly (number | null)[]])[] {
  const { basisCount, attentionSide, basisStride } = output;
  return [
    [output.scores, [candidates]],
    [output.boxes, [candidates, 4]],
    [output.classes, [candidates]],
    [output.attentions, [candidates, basisCount * attentionSide ** 2]],
    [output.bases, [basisCount, input.height / basisStride, input.width / basisStride]],
  ];
}

function isOfShape({ dims, data }: Tensor, expected: readonly (number | null)[]): boolean {
  const length = dims.reduce((product, size) => product * size, 1);
  return dims.length === expected.length && data.length === length && expected.every((size, at) => size === null || size === dims[at]);
}
