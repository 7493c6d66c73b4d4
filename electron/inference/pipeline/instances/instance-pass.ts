import { encodeGreyPng } from '#imaging';
import type { InstanceManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import { boxBottom, boxRight, type Box } from '#shared/geometry/box';
import { detectionsPath } from '#shared/kept-files';
import type { Tensors } from '../../backends/backend';
import type { Detections, DetectOptions, InputWindow, OutputPass } from '../output-pass';
import { writeResult } from '../write-result';
import { InstanceBlender } from './blend';
import { readCandidates, suppress, type Candidate } from './candidates';
import { composeInstances, scoreMap, type ComposeOptions } from './compose';
import type { Corners } from './corners';
import type { FoundInstance, InstancePart } from './detected-part';
import { packInstances } from './kept-instances';
import { joinSeams, type JoinedDetections, type TileDetection } from './seams';
import { planWindows } from './windows';

type Detection = TileDetection & InstancePart;

/** The whole picture, or tiles of a large one, through a detector whose instances bring their own masks. */
export class InstancePass implements OutputPass {
  readonly keptBox: Box;
  readonly windowCount: number;
  readonly #manifest: InstanceManifest;
  readonly #region: Box;
  readonly #windows: readonly InputWindow[];
  readonly #blender: InstanceBlender;
  readonly #detections: Detection[] = [];
  #nextWindow = 0;
  #instances: readonly FoundInstance[] = [];
  #options: ComposeOptions | null = null;

  /** @param region inside the picture, not empty: instances with their middle outside are left out */
  constructor(manifest: InstanceManifest, { width, height }: { width: number; height: number }, region: Box) {
    const { input, output } = manifest;
    this.#manifest = manifest;
    this.#region = region;
    this.#windows = planWindows({ width, height }, region, manifest);
    this.#blender = new InstanceBlender(output, { width: input.width / output.basisStride, height: input.height / output.basisStride });
    this.keptBox = { x: 0, y: 0, width, height };
    this.windowCount = this.#windows.length;
  }

  window(index: number): InputWindow {
    const window = this.#windows[index];
    if (!window) throw new RailscopeError('internal', `no window ${index}`);
    return window;
  }

  add(outputs: Tensors, count: number): void {
    const { output, thresholds } = this.#manifest;
    const { preScore, nmsIou, maximumInstances } = thresholds.instances;
    for (let item = 0; item < count; item++) {
      const rowsOf = (name: string): Float32Array => itemOf(outputs, name, item, count);
      const window = this.window(this.#nextWindow);
      const limits = { width: window.targetWidth, height: window.targetHeight };
      const arrays = { boxes: rowsOf(output.boxes), scores: rowsOf(output.scores), classes: rowsOf(output.classes) };
      const kept = suppress(readCandidates(arrays, limits, preScore), nmsIou, maximumInstances);
      const bases = rowsOf(output.bases);
      const attentions = rowsOf(output.attentions);
      for (const candidate of kept) this.#detections.push(this.#blended(candidate, window, bases, attentions));
      this.#nextWindow++;
    }
  }

  finish(options: DetectOptions): Detections {
    const { output, thresholds } = this.#manifest;
    const windows = this.#windows.map(cornersOf);
    this.#instances = joinSeams(this.#detections, windows, this.keptBox, thresholds.instances.nmsIou)
      .filter(({ members }) => this.#isWanted(members))
      .map((joined) => this.#foundInstance(joined));
    this.#options = { ...options, roiSide: output.roiSide, maskThreshold: thresholds.probability };
    return composeInstances(this.#instances, this.keptBox, this.#options);
  }

  async keep(mapPath: string): Promise<void> {
    if (!this.#options) throw new RailscopeError('internal', 'the picture is not finished');
    const { width, height } = this.keptBox;
    const { roiSide } = this.#manifest.output;
    await writeResult(detectionsPath(mapPath), await packInstances({ picture: { width, height }, roiSide, instances: this.#instances }));
    const map = scoreMap(this.#instances, this.keptBox, this.#options);
    await writeResult(mapPath, await encodeGreyPng(map, width, height));
  }

  #blended({ index, classIndex, score, box }: Candidate, window: InputWindow, bases: Float32Array, attentions: Float32Array): Detection {
    const { basisCount, attentionSide } = this.#manifest.output;
    const length = basisCount * attentionSide * attentionSide;
    const grid = this.#blender.blend(bases, attentions.subarray(index * length, (index + 1) * length), box);
    return { window: this.#nextWindow, classIndex, score, grid, box: inPicture(box, window) };
  }

  #isWanted(members: readonly Detection[]): boolean {
    const x = (Math.min(...members.map(({ box }) => box.x0)) + Math.max(...members.map(({ box }) => box.x1))) / 2;
    const y = (Math.min(...members.map(({ box }) => box.y0)) + Math.max(...members.map(({ box }) => box.y1))) / 2;
    const region = this.#region;
    return x >= region.x && x <= boxRight(region) && y >= region.y && y <= boxBottom(region);
  }

  /** @throws inference-failed where the network names a class that the manifest does not have */
  #foundInstance({ members, score }: JoinedDetections<Detection>): FoundInstance {
    const { id, classes } = this.#manifest;
    const classIndex = members[0]?.classIndex ?? 0;
    const classCode = classes[classIndex]?.code;
    if (classCode === undefined) {
      const reason = `the network names class ${classIndex}, the manifest has ${classes.length}`;
      throw new RailscopeError('inference-failed', reason, { model: id, reason });
    }
    return { classCode, score, parts: members.map(({ box, grid }) => ({ box, grid })) };
  }
}

/** The values of one item of a batch. */
function itemOf(outputs: Tensors, name: string, item: number, count: number): Float32Array {
  const data = outputs[name]?.data ?? new Float32Array(0);
  const length = data.length / count;
  return data.subarray(item * length, (item + 1) * length);
}

function inPicture({ x0, y0, x1, y1 }: Corners, { x, y, width, height, targetWidth, targetHeight }: InputWindow): Corners {
  const across = width / targetWidth;
  const down = height / targetHeight;
  return { x0: x + x0 * across, y0: y + y0 * down, x1: x + x1 * across, y1: y + y1 * down };
}

function cornersOf({ x, y, width, height }: Box): Corners {
  return { x0: x, y0: y, x1: x + width, y1: y + height };
}
