import { walkImages } from '#imaging';
import path from 'node:path';
import { BareSession } from './bare-session';
import { inspectAll, openEngine, startInference, type InspectedImage } from './inference-process';
import { markdownTable } from './table';

export interface PipelineOptions {
  /** folder of pictures */
  images: string;
  /** pictures to run; a smaller folder is gone through again */
  count: number;
  modelId: string | null;
  threads: number;
  rounds: number;
  region: 'auto' | 'full';
  /** models/catalog */
  catalog: string;
  print: (text: string) => void;
  progress: (text: string) => void;
}

interface Round {
  pipelineSeconds: number;
  bareSeconds: number;
}

/**
 * Pictures per second of the inspection (forked process, job loop, decoding to instances) against the bare network on
 * the same tiles. Both take turns, so that a machine that slows down slows both.
 * @returns bare seconds / pipeline seconds: 1 = the session never waits
 */
export async function benchPipeline(options: PipelineOptions): Promise<number> {
  const paths = await picturePaths(options.images, options.count);
  const port = startInference();
  try {
    const engine = await openEngine(port, { modelId: options.modelId, device: 'auto', threads: options.threads });
    const { modelId, modelSha256, backend, device, precision } = engine.session.engine;
    const facts = `${precision}, ${engine.session.threads} threads, batch ${engine.session.batch}`;
    options.print(`${modelId} (${modelSha256.slice(0, 12)}), ${backend}, ${device}, ${facts}\n`);
    const inspect = (what: string): Promise<InspectedImage[]> =>
      inspectAll(engine, paths, {
        region: { mode: options.region, box: null },
        wantTiles: false,
        onDone: (done, total) => options.progress(`${what}: pipeline ${done}/${total}`),
      });
    const bare = await BareSession.open(options.catalog, engine.session);
    const warm = await inspect('warm-up');
    const first = warm[0];
    if (first) await bare.runTilesOf(first);
    const rounds: Round[] = [];
    for (let round = 1; round <= options.rounds; round++) {
      const startedMs = performance.now();
      await inspect(`round ${round}`);
      const pipelineSeconds = (performance.now() - startedMs) / 1000;
      options.progress(`round ${round}: bare network`);
      rounds.push({ pipelineSeconds, bareSeconds: await bareSeconds(bare, warm) });
    }
    await bare.close();
    return report(rounds, warm, options);
  } finally {
    await port.stop();
  }
}

async function picturePaths(folder: string, count: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { relativePath } of walkImages(folder)) found.push(path.join(folder, relativePath));
  if (found.length === 0) throw new Error(`no pictures below ${folder}`);
  return Array.from({ length: count }, (_, index) => found[index % found.length] ?? '');
}

async function bareSeconds(bare: BareSession, images: readonly InspectedImage[]): Promise<number> {
  let runMs = 0;
  for (const image of images) runMs += await bare.runTilesOf(image);
  return runMs / 1000;
}

function report(rounds: readonly Round[], images: readonly InspectedImage[], options: PipelineOptions): number {
  const tiles = images.reduce((sum, { output }) => sum + output.tileCount, 0);
  const total = rounds.reduce((sum, round) => ({
    pipelineSeconds: sum.pipelineSeconds + round.pipelineSeconds,
    bareSeconds: sum.bareSeconds + round.bareSeconds,
  }));
  const row = (name: string, { pipelineSeconds, bareSeconds: bare }: Round, times: number): string[] => [
    name,
    ((images.length * times) / pipelineSeconds).toFixed(3),
    ((images.length * times) / bare).toFixed(3),
    ((tiles * times) / pipelineSeconds).toFixed(2),
    ((tiles * times) / bare).toFixed(2),
    (bare / pipelineSeconds).toFixed(3),
  ];
  const header = ['round', 'pipeline images/s', 'bare images/s', 'pipeline tiles/s', 'bare tiles/s', 'ratio'];
  const rows = rounds.map((round, index) => row(String(index + 1), round, 1));
  options.print(`${images.length} images, ${tiles} tiles, region ${options.region}\n\n`);
  options.print(`${markdownTable(header, [...rows, row('all', total, rounds.length)])}\n\n`);
  return total.bareSeconds / total.pipelineSeconds;
}
