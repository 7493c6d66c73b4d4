import { listSource } from '#shared/jobs/list-source';
import { runInspection } from '#shared/jobs/run-inspection';
import type { OpenSessionInput } from '#shared/ports/inference';
import type { CliContext } from '../context';
import { InferenceHost } from '../inference-host';
import type { ListedImage } from '../list-images';

export interface FolderThroughput {
  images: number;
  failed: number;
  tiles: number;
  seconds: number;
}

/** The inspection of the pictures as `railscope inspect` runs it, results not written; the clock starts after warm-up. */
export async function folderThroughput(
  context: CliContext,
  wish: OpenSessionInput,
  images: readonly ListedImage[],
): Promise<FolderThroughput> {
  const host = new InferenceHost(context);
  const result: FolderThroughput = { images: 0, failed: 0, tiles: 0, seconds: 0 };
  try {
    const session = await host.call.open(wish);
    const startMs = performance.now();
    await runInspection({
      inference: host.call,
      session,
      source: listSource(images, ({ path }) => ({ path, region: { mode: 'auto', box: null }, probabilityPath: null })),
      sink: {
        result: async (_, { tileCount }) => {
          result.images++;
          result.tiles += tileCount;
        },
        failure: async () => {
          result.failed++;
        },
      },
      restart: async () => {
        throw new Error('the inference process ended');
      },
      counts: { total: images.length },
      signal: context.signal,
      wantTiles: false,
    });
    result.seconds = (performance.now() - startMs) / 1000;
    return result;
  } finally {
    await host.stop();
  }
}
