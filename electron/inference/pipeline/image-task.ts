/**
 * One picture's way through the pipeline except for the network itself: decode, region, windows as input tensors, then
 * instances and files. Runs on a worker thread; a test runs it in its own.
 */
import { decodeBytes, encodeGreyPng, readAndHash, type DecodedImage } from '#imaging';
import { isInstanceManifest, isProbabilityManifest, type ModelManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import { intersectBoxes, type Box } from '#shared/geometry/box';
import type { InferImageInput, InferImageOutput } from '#shared/ports/inference';
import type { Tensors } from '../backends/backend';
import { InstancePass } from './instances/instance-pass';
import type { Detections, OutputPass } from './output-pass';
import type { TilePreprocessor } from './preprocess';
import { ProbabilityPass } from './probability-pass';
import { findRailBand } from './rail-band';
import { writeResult } from './write-result';

export type ImageJob = Omit<InferImageInput, 'sessionId' | 'requestId'>;

/** What the runner adds: the time inside the session. */
export type ImageOutcome = InferImageOutput;

interface Prepared {
  image: DecodedImage;
  contentHash: string;
  region: InferImageOutput['region'];
  pass: OutputPass;
}

export class ImageTask {
  readonly #manifest: ModelManifest;
  readonly #job: ImageJob;
  readonly #preprocessor: TilePreprocessor;
  readonly #timings = { decode: 0, preprocess: 0, postprocess: 0 };
  #prepared: Prepared | null = null;

  /** @param preprocessor of the same manifest; shared by the tasks of one thread */
  constructor(manifest: ModelManifest, job: ImageJob, preprocessor: TilePreprocessor) {
    this.#manifest = manifest;
    this.#job = job;
    this.#preprocessor = preprocessor;
  }

  /** @returns the number of tiles to run. @throws image-* */
  async prepare(): Promise<number> {
    const startMs = performance.now();
    const { bytes, sha256 } = await readAndHash(this.#job.path);
    const image = await decodeBytes(bytes, this.#job.path, { colour: this.#manifest.input.channels === 1 ? 'grey' : 'native' });
    const region = chooseRegion(image, this.#job.region, this.#manifest.tiling.railBand);
    const pass = createPass(this.#manifest, image, region.box ?? { x: 0, y: 0, width: image.width, height: image.height });
    this.#prepared = { image, contentHash: sha256, region, pass };
    this.#timings.decode += performance.now() - startMs;
    return pass.windowCount;
  }

  /** @returns `count` windows from window `from` on as one NCHW tensor */
  tensor(from: number, count: number): Float32Array {
    const startMs = performance.now();
    const { image, pass } = this.#ready();
    const length = this.#preprocessor.tileLength;
    const tensor = new Float32Array(count * length);
    for (let i = 0; i < count; i++) this.#preprocessor.write(image, pass.window(from + i), tensor, i * length);
    this.#timings.preprocess += performance.now() - startMs;
    return tensor;
  }

  /** Takes the network's outputs for the next windows, in their order; their shapes are checked already. @throws inference-failed */
  addOutput(outputs: Tensors, count: number): void {
    const startMs = performance.now();
    this.#ready().pass.add(outputs, count);
    this.#timings.postprocess += performance.now() - startMs;
  }

  /** After the last output: instances, label tiles, files. `timings.run` and `timings.total` are the caller's to fill. @throws disk-full, write-failed */
  async finish(): Promise<ImageOutcome> {
    const startMs = performance.now();
    const { image, contentHash, region, pass } = this.#ready();
    const found = pass.finish(this.#job);
    await this.#writeFiles(pass, image, found);
    this.#timings.postprocess += performance.now() - startMs;
    return {
      header: image.header,
      contentHash,
      region,
      probabilityBox: this.#job.probabilityPath === null ? null : pass.keptBox,
      tileCount: pass.windowCount,
      instances: found.instances,
      tiles: this.#job.wantTiles ? found.tiles() : [],
      timings: { ...this.#timings, run: 0, total: 0 },
    };
  }

  async #writeFiles(pass: OutputPass, image: DecodedImage, found: Detections): Promise<void> {
    const { probabilityPath, maskPath } = this.#job;
    if (probabilityPath !== null) await pass.keep(probabilityPath);
    if (maskPath === null) return;
    await writeResult(maskPath, await encodeGreyPng(found.binaryMask(image.width, image.height), image.width, image.height));
  }

  #ready(): Prepared {
    if (!this.#prepared) throw new RailscopeError('internal', 'the picture was not prepared');
    return this.#prepared;
  }
}

function chooseRegion(image: DecodedImage, wanted: ImageJob['region'], railBand: boolean): InferImageOutput['region'] {
  if (wanted.mode === 'full') return { mode: 'full', box: null };
  const inside = wanted.box && intersectBoxes(wanted.box, { x: 0, y: 0, width: image.width, height: image.height });
  if (wanted.mode === 'manual') return { mode: 'manual', box: inside };
  return { mode: 'auto', box: inside ?? (railBand ? findRailBand(image) : null) };
}

function createPass(manifest: ModelManifest, picture: DecodedImage, region: Box): OutputPass {
  if (isInstanceManifest(manifest)) return new InstancePass(manifest, picture, region);
  if (isProbabilityManifest(manifest)) return new ProbabilityPass(manifest, picture, region);
  throw new RailscopeError('internal', `the manifest of ${manifest.id} contradicts itself`);
}
