/** What a worker thread does for the runner. Calls carry a task number; answers that are tensors are handed over, not copied. */
import type { ModelManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { InferencePort, RethresholdInput } from '#shared/ports/inference';
import { ImageTask, type ImageJob, type ImageOutcome } from './image-task';
import { findRegion, rethreshold } from './picture-calls';
import { TilePreprocessor } from './preprocess';

export interface ImageWorkerPort {
  /** @returns the number of tiles. @throws image-* */
  prepare(input: { taskId: number; manifest: ModelManifest; job: ImageJob }): Promise<number>;
  tensor(input: { taskId: number; from: number; count: number }): Promise<Float32Array>;
  addOutput(input: { taskId: number; output: Float32Array; dims: readonly number[] }): Promise<void>;
  /** ends the task */
  finish(input: { taskId: number }): Promise<ImageOutcome>;
  abandon(input: { taskId: number }): Promise<void>;
  findRegion: InferencePort['findRegion'];
  /** @param input.classCode what the network's instances are */
  rethreshold(input: RethresholdInput & { classCode: string }): ReturnType<InferencePort['rethreshold']>;
}

export class ImageWorker implements ImageWorkerPort {
  readonly #tasks = new Map<number, ImageTask>();
  readonly #preprocessors = new Map<string, TilePreprocessor>();

  async prepare({ taskId, manifest, job }: { taskId: number; manifest: ModelManifest; job: ImageJob }): Promise<number> {
    const task = new ImageTask(manifest, job, this.#preprocessor(manifest));
    const tiles = await task.prepare();
    this.#tasks.set(taskId, task);
    return tiles;
  }

  async tensor({ taskId, from, count }: { taskId: number; from: number; count: number }): Promise<Float32Array> {
    return this.#task(taskId).tensor(from, count);
  }

  async addOutput({ taskId, output, dims }: { taskId: number; output: Float32Array; dims: readonly number[] }): Promise<void> {
    this.#task(taskId).addOutput(output, dims);
  }

  async finish({ taskId }: { taskId: number }): Promise<ImageOutcome> {
    const task = this.#task(taskId);
    this.#tasks.delete(taskId);
    return task.finish();
  }

  async abandon({ taskId }: { taskId: number }): Promise<void> {
    this.#tasks.delete(taskId);
  }

  findRegion({ path }: { path: string }): ReturnType<InferencePort['findRegion']> {
    return findRegion(path);
  }

  rethreshold(input: RethresholdInput & { classCode: string }): ReturnType<InferencePort['rethreshold']> {
    return rethreshold(input, input.classCode);
  }

  #task(taskId: number): ImageTask {
    const task = this.#tasks.get(taskId);
    if (!task) throw new RailscopeError('internal', `no task ${taskId}`);
    return task;
  }

  #preprocessor(manifest: ModelManifest): TilePreprocessor {
    const key = JSON.stringify([manifest.input, manifest.tiling.sourceTilePx]);
    const known = this.#preprocessors.get(key) ?? new TilePreprocessor(manifest.input, manifest.tiling.sourceTilePx);
    this.#preprocessors.set(key, known);
    return known;
  }
}
