/** The part of a picture's way that depends on what the network answers: which windows it sees, and what its outputs become. */
import type { DetectedInstance } from '#shared/domain/defect';
import type { Box } from '#shared/geometry/box';
import type { MaskTile } from '#shared/masks/types';
import type { Tensors } from '../backends/backend';

/** Source pixels that become one input of the network. Where they hang over the picture its edge pixels are repeated. */
export interface InputWindow extends Box {
  /** size inside the input, from its top left corner; the rest of the input is padding */
  readonly targetWidth: number;
  readonly targetHeight: number;
}

export interface DetectOptions {
  /** 0…1: of probabilities, or of the scores of instances */
  threshold: number;
  /** instances with fewer source pixels are dropped */
  minimumAreaPx: number;
}

/** What was found in a picture: instances, and their pixels. */
export interface Detections {
  readonly instances: DetectedInstance[];
  /** label tiles of the whole picture, background left out */
  tiles(): MaskTile[];
  /** width × height bytes of the picture: 255 on instances, else 0 */
  binaryMask(width: number, height: number): Uint8Array;
}

/** One pass of a picture through a network; calls come in the order of the members. */
export interface OutputPass {
  readonly windowCount: number;
  /** @param index 0…windowCount − 1 */
  window(index: number): InputWindow;
  /** Takes what the network says of the next windows, in their order; shapes are checked already. @throws inference-failed */
  add(outputs: Tensors, count: number): void;
  /** After the last outputs. */
  finish(options: DetectOptions): Detections;
  /** the part of the picture that the kept map covers */
  readonly keptBox: Box;
  /** After `finish`: writes what is needed to detect again at another threshold. @throws disk-full, write-failed */
  keep(mapPath: string): Promise<void>;
}
