/**
 * One picture's way through the pipeline except for the network itself: decode, region, tiles as input tensors, then
 * stitching, instances and files. Runs on a worker thread; a test runs it in its own.
 */
import { writeFile } from 'node:fs/promises';
import { decodeBytes, encodeGreyPng, readAndHash, type DecodedImage } from '#imaging';
import type { ModelManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import { intersectBoxes, type Box } from '#shared/geometry/box';
import type { InferImageInput, InferImageOutput } from '#shared/ports/inference';
import { detect, type Detections } from './postprocess';
import { TilePreprocessor } from './preprocess';
import { findRailBand } from './rail-band';
import { Stitcher } from './stitch';
import { planTiles, tileCount, type TilePlan } from './tiling';

export type ImageJob = Omit<InferImageInput, 'sessionId' | 'requestId'>;

/** What the runner adds: the time inside the session. */
export type ImageOutcome = InferImageOutput;

interface Prepared {
  image: DecodedImage;
  contentHash: string;
  region: InferImageOutput['region'];
  plan: TilePlan;
}

export class ImageTask {
  readonly #manifest: ModelManifest;
  readonly #job: ImageJob;
  readonly #preprocessor: TilePreprocessor;
  readonly #timings = { decode: 0, preprocess: 0, postprocess: 0 };
  #prepared: Prepared | null = null;
  #stitcher: Stitcher | null = null;
  #stitched = 0;

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
    const { sourceTilePx, overlapPx } = this.#manifest.tiling;
    const plan = planTiles(image, region.box ?? { x: 0, y: 0, width: image.width, height: image.height }, sourceTilePx, overlapPx);
    this.#prepared = { image, contentHash: sha256, region, plan };
    this.#timings.decode += performance.now() - startMs;
    return tileCount(plan);
  }

  /** @returns `count` tiles from tile `from` on as one NCHW tensor */
  tensor(from: number, count: number): Float32Array {
    const startMs = performance.now();
    const { image, plan } = this.#ready();
    const length = this.#preprocessor.tileLength;
    const tensor = new Float32Array(count * length);
    for (let i = 0; i < count; i++) {
      const x = plan.columns[(from + i) % plan.columns.length] ?? 0;
      const y = plan.rows[Math.floor((from + i) / plan.columns.length)] ?? 0;
      this.#preprocessor.write(image, x, y, tensor, i * length);
    }
    this.#timings.preprocess += performance.now() - startMs;
    return tensor;
  }

  /** Takes the network's output for the next tiles, in tile order. @param dims [count, channels, height, width] */
  addOutput(output: Float32Array, dims: readonly number[]): void {
    const startMs = performance.now();
    const [count = 0, channels = 0, height = 0, width = 0] = dims;
    if (channels !== this.#manifest.output.channels || output.length !== count * channels * height * width) {
      throw new RailscopeError('inference-failed', `output has shape [${dims.join(', ')}]`, { path: this.#job.path });
    }
    this.#stitcher ??= new Stitcher(this.#ready().plan, width, height);
    const length = channels * height * width;
    for (let tile = 0; tile < count; tile++) this.#stitcher.add(this.#stitched++, output.subarray(tile * length, (tile + 1) * length));
    this.#timings.postprocess += performance.now() - startMs;
  }

  /** After the last output: instances, label tiles, files. `timings.run` and `timings.total` are the caller's to fill. @throws disk-full, write-failed */
  async finish(): Promise<ImageOutcome> {
    const startMs = performance.now();
    const { image, contentHash, region, plan } = this.#ready();
    const map = this.#stitcher?.finish() ?? new Uint8Array(plan.region.width * plan.region.height);
    const classCode = this.#manifest.classes[0]?.code ?? 'defect';
    const { threshold, minimumAreaPx } = this.#job;
    const found = detect(map, plan.region, { threshold, minimumAreaPx, classCode });
    await this.#writeFiles(map, plan.region, image, found);
    this.#timings.postprocess += performance.now() - startMs;
    return {
      header: image.header,
      contentHash,
      region,
      probabilityBox: this.#job.probabilityPath === null ? null : plan.region,
      tileCount: tileCount(plan),
      instances: found.instances,
      tiles: this.#job.wantTiles ? found.tiles() : [],
      timings: { ...this.#timings, run: 0, total: 0 },
    };
  }

  async #writeFiles(map: Uint8Array, box: Box, image: DecodedImage, found: Detections): Promise<void> {
    const { probabilityPath, maskPath } = this.#job;
    if (probabilityPath !== null) await writePng(probabilityPath, await encodeGreyPng(map, box.width, box.height));
    if (maskPath === null) return;
    await writePng(maskPath, await encodeGreyPng(found.binaryMask(image.width, image.height), image.width, image.height));
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

async function writePng(file: string, bytes: Buffer): Promise<void> {
  try {
    await writeFile(file, bytes);
  } catch (error) {
    const full = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
    throw new RailscopeError(full ? 'disk-full' : 'write-failed', `cannot write ${file}`, { path: file }, error);
  }
}
