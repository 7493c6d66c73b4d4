import type { InstanceOutput, ModelManifest } from '#shared/domain/model';

/** What each field of a manifest allows but the pipeline cannot do together; null = nothing. */
export function contradiction(manifest: ModelManifest): string | null {
  return inputContradiction(manifest) ?? outputContradiction(manifest) ?? taskContradiction(manifest);
}

function inputContradiction({ input, tiling }: ModelManifest): string | null {
  for (const [name, values] of [
    ['mean', input.mean],
    ['std', input.std],
  ] as const) {
    if (values.length !== 1 && values.length !== input.channels)
      return `input.${name}: ${values.length} values for ${input.channels} channels`;
  }
  return tiling.overlapPx * 2 > tiling.sourceTilePx ? 'tiling.overlapPx: more than half a tile' : null;
}

function outputContradiction({ input, output, classes }: ModelManifest): string | null {
  if (output.kind === 'instances') return instanceContradiction(input, output);
  // one map per picture is kept and thresholded again live, so that such a network has one class
  if (output.channels === 1 && classes.length === 1) return null;
  return `output.channels: ${output.channels} channels and ${classes.length} classes, expected one`;
}

function instanceContradiction(input: ModelManifest['input'], output: InstanceOutput): string | null {
  const { basisStride, attentionSide, roiSide } = output;
  if (input.width % basisStride !== 0 || input.height % basisStride !== 0)
    return `output.basisStride: ${basisStride} does not divide the input of ${input.width} × ${input.height}`;
  if (attentionSide > roiSide) return `output.attentionSide: ${attentionSide} is more than output.roiSide, ${roiSide}`;
  const names = [output.boxes, output.scores, output.classes, output.attentions, output.bases];
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  return repeated === undefined ? null : `output: "${repeated}" is named twice`;
}

function taskContradiction({ task, output, thresholds }: ModelManifest): string | null {
  const isInstances = output.kind === 'instances';
  if ((task === 'instance') !== isInstances) return `task: "${task}" does not go with an output of ${output.kind}`;
  const { instances } = thresholds;
  if (isInstances && !instances) return 'thresholds.instances: missing for an output of instances';
  if (!isInstances && instances) return 'thresholds.instances: given for an output of probabilities';
  if (instances && instances.score < Math.sqrt(instances.preScore))
    return `thresholds.instances.score: ${instances.score} is below the square root of preScore, which drops those instances already`;
  return null;
}
