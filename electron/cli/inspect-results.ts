import type { Engine } from '#shared/domain/model';
import type { ErrorInfo } from '#shared/errors/codes';
import type { InferImageOutput } from '#shared/ports/inference';
import { jsonReason, type JsonReason } from './context';

export interface JsonInstance {
  class: string;
  score: number;
  /** x, y, width, height in pixels */
  bbox: [number, number, number, number];
  areaPx: number;
}

export interface JsonImage {
  path: string;
  status: 'done' | 'failed';
  width: number | null;
  height: number | null;
  instances: JsonInstance[];
  /** time of this image alone; images overlap, so these add up to more than the run took */
  ms: number;
  reason?: JsonReason;
}

export interface JsonSummary {
  images: number;
  failed: number;
  instances: number;
  /** from the first request to the last stored result; loading the model is not in it */
  secondsTotal: number;
  imagesPerSecond: number | null;
  model: string;
  modelSha256: string;
  backend: string;
  device: string;
  precision: string;
}

/** What `inspect --json` prints. */
export interface InspectJson {
  images: JsonImage[];
  summary: JsonSummary;
  /** what ended the run early or kept the report from being written */
  error?: JsonReason;
  cancelled?: true;
}

/** Collects the results of one run, in whatever order they come. */
export class InspectResults {
  readonly #byPath = new Map<string, JsonImage>();

  add(relativePath: string, output: InferImageOutput): JsonImage {
    const { header, timings } = output;
    const image: JsonImage = {
      path: relativePath,
      status: 'done',
      width: header.width,
      height: header.height,
      instances: jsonInstances(output),
      ms: Math.round(timings.total * 10) / 10,
    };
    this.#byPath.set(relativePath, image);
    return image;
  }

  addFailure(relativePath: string, error: ErrorInfo): JsonImage {
    const image: JsonImage = {
      path: relativePath,
      status: 'failed',
      width: null,
      height: null,
      instances: [],
      ms: 0,
      reason: jsonReason(error),
    };
    this.#byPath.set(relativePath, image);
    return image;
  }

  /** @param order relative paths; images that were not reached are left out */
  inOrder(order: readonly string[]): JsonImage[] {
    return order.map((file) => this.#byPath.get(file)).filter((image) => image !== undefined);
  }
}

function jsonInstances(output: InferImageOutput): JsonInstance[] {
  return output.instances.map(({ classCode, score, box, areaPx }) => ({
    class: classCode,
    score: Math.round(score * 1e4) / 1e4,
    bbox: [box.x, box.y, box.width, box.height],
    areaPx,
  }));
}

export function summarise(images: readonly JsonImage[], secondsTotal: number, engine: Engine): JsonSummary {
  const done = images.filter((image) => image.status === 'done');
  return {
    images: images.length,
    failed: images.length - done.length,
    instances: done.reduce((sum, image) => sum + image.instances.length, 0),
    secondsTotal: Math.round(secondsTotal * 1000) / 1000,
    imagesPerSecond: secondsTotal > 0 ? Math.round((done.length / secondsTotal) * 1e4) / 1e4 : null,
    model: engine.modelId,
    modelSha256: engine.modelSha256,
    backend: engine.backend,
    device: engine.device,
    precision: engine.precision,
  };
}
