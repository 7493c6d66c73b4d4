import { encodeGreyPng } from '#imaging';
import type { ProbabilityManifest } from '#shared/domain/model';
import type { Box } from '#shared/geometry/box';
import type { Tensors } from '../backends/backend';
import type { Detections, DetectOptions, InputWindow, OutputPass } from './output-pass';
import { detect } from './postprocess';
import { Stitcher } from './stitch';
import { planTiles, tileCount, type TilePlan } from './tiling';
import { writeResult } from './write-result';

/** Square tiles, blended into one probability map of the region, whose components are the instances. */
export class ProbabilityPass implements OutputPass {
  readonly keptBox: Box;
  readonly windowCount: number;
  readonly #manifest: ProbabilityManifest;
  readonly #plan: TilePlan;
  #stitcher: Stitcher | null = null;
  #stitched = 0;
  #map: Uint8Array = new Uint8Array(0);

  /** @param region inside the picture, not empty */
  constructor(manifest: ProbabilityManifest, picture: { width: number; height: number }, region: Box) {
    const { sourceTilePx, overlapPx } = manifest.tiling;
    this.#manifest = manifest;
    this.#plan = planTiles(picture, region, sourceTilePx, overlapPx);
    this.keptBox = region;
    this.windowCount = tileCount(this.#plan);
  }

  window(index: number): InputWindow {
    const { columns, rows, sidePx } = this.#plan;
    const { width, height } = this.#manifest.input;
    const x = columns[index % columns.length] ?? 0;
    const y = rows[Math.floor(index / columns.length)] ?? 0;
    return { x, y, width: sidePx, height: sidePx, targetWidth: width, targetHeight: height };
  }

  add(outputs: Tensors, count: number): void {
    const output = outputs[this.#manifest.output.name];
    if (!output) return;
    const [, , height = 0, width = 0] = output.dims;
    this.#stitcher ??= new Stitcher(this.#plan, width, height);
    const length = output.data.length / count;
    for (let tile = 0; tile < count; tile++) this.#stitcher.add(this.#stitched++, output.data.subarray(tile * length, (tile + 1) * length));
  }

  finish(options: DetectOptions): Detections {
    const { width, height } = this.keptBox;
    this.#map = this.#stitcher?.finish() ?? new Uint8Array(width * height);
    return detect(this.#map, this.keptBox, { ...options, classCode: this.#manifest.classes[0]?.code ?? 'defect' });
  }

  async keep(mapPath: string): Promise<void> {
    await writeResult(mapPath, await encodeGreyPng(this.#map, this.keptBox.width, this.keptBox.height));
  }
}
