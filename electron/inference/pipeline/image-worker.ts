/** What a worker thread does for the runner. Calls carry a task number; answers that are tensors are handed over, not copied. */
import type { ModelManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { InferencePort, RethresholdInput } from '#shared/ports/inference';
import { ImageTask, type ImageJob, type ImageOutcome } from './image-task';
import type { Tensors } from '../backends/backend';
import { findRegion, rethreshold } from './picture-calls';
import { TilePreprocessor } from './preprocess';

export interface ImageWorkerPort {
  /** @returns the number of tiles. @throws image-* */
  prepare(input: { taskId: number; manifest: ModelManifest; job: ImageJob }): Promise<number>;
  tensor(input: { taskId: number; from: number; count: number }): Promise<Float32Array>;
  addOutput(input: { taskId: number; outputs: Tensors; count: number }): Promise<void>;
  /** ends the task */
  finish(input: { taskId: number }): Promise<ImageOutcome>;
  abandon(input: { taskId: number }): Promise<void>;
  findRegion: InferencePort['findRegion'];
  /** @param input.manifest of the network that the kept files come from */
  rethreshold(input: RethresholdInput & { manifest: ModelManifest }): ReturnType<InferencePort['rethreshold']>;
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

  async addOutput({ taskId, outputs, count }: { taskId: number; outputs: Tensors; count: number }): Promise<void> {
    this.#task(taskId).addOutput(outputs, count);
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

  rethreshold(input: RethresholdInput & { manifest: ModelManifest }): ReturnType<InferencePort['rethreshold']> {
    return rethreshold(input, input.manifest);
  }

  #task(taskId: number): ImageTask {
    const task = this.#tasks.get(taskId);
    if (!task) throw new RailscopeError('internal', `no task ${taskId}`);
    return task;
  }

  #preprocessor(manifest: ModelManifest): TilePreprocessor {
    const key = JSON.stringify(manifest.input);
    const known = this.#preprocessors.get(key) ?? new TilePreprocessor(manifest.input);
    this.#preprocessors.set(key, known);
    return known;
  }
}
