/** RailScope's inspection against a plain Python script, with ONNX Runtime and with OpenCV DNN, on the same tiles in one run. */
import { decodeImage, walkImages } from '#imaging';
import { planTiles, type TilePlan } from '#inference/pipeline/tiling';
import { ModelCatalog } from '#inference/catalog/model-catalog';
import { isProbabilityManifest, type ProbabilityManifest } from '#shared/domain/model';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspectAll, openEngine, startInference, type InspectedImage } from './inference-process';
import { markdownTable } from './table';

export interface PeersOptions {
  images: string;
  count: number;
  rounds: number;
  modelId: string | null;
  threads: number;
  /** models/catalog */
  catalog: string;
  /** interpreter with the packages of models/bench/peers/requirements.txt */
  python: string;
  script: string;
  print: (text: string) => void;
  progress: (text: string) => void;
}

type Tile = [left: number, top: number, side: number];
interface PictureWork {
  path: string;
  tiles: Tile[];
}
interface PeerResult {
  seconds: number[];
  foregroundPx: number;
  components: number;
}

const peers = [
  { name: 'Python: Pillow + numpy + ONNX Runtime', engine: 'onnxruntime', whole: false },
  { name: 'the same, whole pictures (no rail band)', engine: 'onnxruntime', whole: true },
  { name: 'Python: Pillow + numpy + OpenCV DNN', engine: 'opencv', whole: false },
] as const;

/** @returns seconds of the Python script with ONNX Runtime on the same tiles / seconds of RailScope */
export async function benchPeers(options: PeersOptions): Promise<number> {
  const paths = await picturePaths(options.images, options.count);
  const folder = await mkdtemp(path.join(tmpdir(), 'railscope-peers-'));
  const port = startInference();
  try {
    const engine = await openEngine(port, { modelId: options.modelId, device: 'cpu', threads: options.threads, precision: 'fp32' });
    const catalog = new ModelCatalog(options.catalog);
    const entry = await catalog.entry(engine.session.engine.modelId);
    const { manifest } = entry;
    if (!isProbabilityManifest(manifest)) throw new Error(`${manifest.id} detects instances; the script segments`);
    const weights = await catalog.verifiedWeights(entry, engine.session.engine.precision);
    const inspect = (): Promise<InspectedImage[]> =>
      inspectAll(engine, paths, { region: { mode: 'auto', box: null }, wantTiles: true, maskFolder: folder });
    options.progress('warm-up');
    const warm = await inspect();
    const work = await Promise.all(warm.map((image) => tilesOf(image, manifest)));
    const ownSeconds: number[] = [];
    const peerSeconds = peers.map((): number[] => []);
    for (let round = 1; round <= options.rounds; round++) {
      options.progress(`round ${round}: RailScope`);
      const startMs = performance.now();
      await inspect();
      ownSeconds.push((performance.now() - startMs) / 1000);
      for (const [index, peer] of peers.entries()) {
        options.progress(`round ${round}: ${peer.name}`);
        const pictures = work.map(({ path: file, same, whole }) => ({ path: file, tiles: peer.whole ? whole : same }));
        const result = await runPeer(options, manifest, weights.file, engine.session.threads, peer.engine, pictures);
        if (result) peerSeconds[index]?.push(result.seconds.reduce((sum, value) => sum + value, 0));
      }
    }
    return report(options, engine.session.engine.modelId, work, ownSeconds, peerSeconds);
  } finally {
    await port.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function picturePaths(folder: string, count: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { relativePath } of walkImages(folder)) if (found.length < count) found.push(path.join(folder, relativePath));
  if (found.length === 0) throw new Error(`no pictures below ${folder}`);
  return found;
}

interface TwoPlans {
  path: string;
  same: Tile[];
  whole: Tile[];
}

/** The tiles that the inspection ran, and those of the whole picture. @throws Error when they are not as many as it says */
async function tilesOf({ path: file, output }: InspectedImage, { tiling }: ProbabilityManifest): Promise<TwoPlans> {
  const { width, height } = await decodeImage(file, { colour: 'native' });
  const picture = { width, height };
  const whole = { x: 0, y: 0, ...picture };
  const tilesIn = (box: typeof whole): Tile[] => tilesOfPlan(planTiles(picture, box, tiling.sourceTilePx, tiling.overlapPx));
  const same = tilesIn(output.region.box ?? whole);
  if (same.length !== output.tileCount) throw new Error(`${file}: ${same.length} tiles, the pipeline ran ${output.tileCount}`);
  return { path: file, same, whole: tilesIn(whole) };
}

function tilesOfPlan({ rows, columns, sidePx }: TilePlan): Tile[] {
  return rows.flatMap((top) => columns.map((left): Tile => [left, top, sidePx]));
}

/** @returns null where OpenCV DNN cannot run the network. @throws Error when the script fails otherwise */
async function runPeer(
  { python, script }: PeersOptions,
  { input, output, thresholds }: ProbabilityManifest,
  model: string,
  threads: number,
  engine: (typeof peers)[number]['engine'],
  pictures: readonly PictureWork[],
): Promise<PeerResult | null> {
  const job = {
    model,
    input: input.name,
    output: output.name,
    size: input.width,
    threshold: thresholds.probability,
    threads,
    engine,
    pictures,
  };
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.end(JSON.stringify(job));
  const [answer, complaint, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  if (code === 0) return JSON.parse(answer) as PeerResult;
  // OpenCV DNN cannot run every network
  if (engine === 'opencv') return null;
  throw new Error(`${engine}: the script ended with ${code}: ${complaint.trim().split('\n').at(-1) ?? ''}`);
}

function report(
  options: PeersOptions,
  modelId: string,
  work: readonly TwoPlans[],
  own: readonly number[],
  others: readonly (readonly number[])[],
): number {
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const tiles = { same: total(work.map(({ same }) => same.length)), whole: total(work.map(({ whole }) => whole.length)) };
  const row = (name: string, count: number, seconds: readonly number[]): string[] => [
    name,
    String(count),
    seconds.length === 0 ? 'cannot run it' : ((work.length * seconds.length) / total(seconds)).toFixed(3),
    ...own.map((_, round) => seconds[round]?.toFixed(2) ?? '–'),
    seconds.length === 0 ? '–' : (total(seconds) / total(own)).toFixed(2),
  ];
  const header = ['program', 'tiles', 'images/s', ...own.map((_, round) => `round ${round + 1} s`), 'time / RailScope'];
  const rows = peers.map(({ name, whole }, index) => row(name, whole ? tiles.whole : tiles.same, others[index] ?? []));
  options.print(`${modelId}, ${work.length} images, ${options.threads || 'automatic'} threads\n\n`);
  options.print(`${markdownTable(header, [row('RailScope', tiles.same, own), ...rows])}\n\n`);
  return total(others[0] ?? []) / total(own);
}
