import type { ModelManifest } from '#shared/domain/model';

/** The tensors of the network that the pipeline reads, as the manifest calls them. */
export function outputNames({ output }: ModelManifest): readonly string[] {
  if (output.kind === 'probability') return [output.name];
  return [output.boxes, output.scores, output.classes, output.attentions, output.bases];
}
