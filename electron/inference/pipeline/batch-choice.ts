/**
 * How many tiles a device should get at a time, found out by running it: throughput by batch depends on the card and
 * the network, and no table knows both. The answer is remembered until the weights, the device or the runtime change.
 */
import { z } from 'zod';
import type { ModelManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Session } from '../backends/backend';
import { readJsonFile, replaceJsonFile } from '../json-file';

/** A larger batch must be that much faster per tile: it costs memory, and cancel waits for it. */
const WORTHWHILE = 0.97;
const ROUNDS = 3;
const rememberedSchema = z.record(z.string(), z.int().min(1));

export interface BatchKey {
  readonly modelSha256: string;
  readonly device: string;
  /** version of what runs the network */
  readonly runtime: string;
}

/**
 * @param file of the user's cache; null = nothing is remembered
 * @returns tiles per run within the limits of the network
 * @throws what the session throws with a single tile
 */
export async function chooseBatch(session: Session, manifest: ModelManifest, key: BatchKey, file: string | null): Promise<number> {
  const { dynamic, preferred, maximum } = manifest.input.batch;
  if (!dynamic) return preferred;
  const name = [key.modelSha256, key.device, key.runtime].join(' | ');
  const known = (await readRemembered(file))[name];
  if (known !== undefined && known <= maximum) return known;
  const chosen = await measureBatch(session, manifest);
  await remember(file, name, chosen);
  return chosen;
}

/** Doubles the batch as long as that pays. A batch that does not fit in memory ends it. @throws what the session throws with a single tile */
export async function measureBatch(
  session: Session,
  { input }: ModelManifest,
  now: () => number = () => performance.now(),
): Promise<number> {
  const tileMs = async (count: number): Promise<number> => {
    const data = new Float32Array(count * input.channels * input.height * input.width);
    const tensors = { [input.name]: { dims: [count, input.channels, input.height, input.width], data } };
    // the first run of a size allocates and chooses kernels
    await session.run(tensors);
    let best = Infinity;
    for (let round = 0; round < ROUNDS; round++) {
      const startMs = now();
      await session.run(tensors);
      best = Math.min(best, (now() - startMs) / count);
    }
    return best;
  };
  let chosen = 1;
  let bestMs = await tileMs(1);
  for (let count = 2; count <= input.batch.maximum; count *= 2) {
    const ms = await tileMs(count).catch((error: unknown) => {
      if (error instanceof RailscopeError && error.code === 'out-of-memory') return Infinity;
      throw error;
    });
    if (ms === Infinity) break;
    if (ms > bestMs * WORTHWHILE) continue;
    chosen = count;
    bestMs = ms;
  }
  return chosen;
}

async function readRemembered(file: string | null): Promise<Record<string, number>> {
  return (file === null ? null : await readJsonFile(file, rememberedSchema)) ?? {};
}

/** A cache that cannot be written only costs the next start its time. */
async function remember(file: string | null, name: string, batch: number): Promise<void> {
  if (file === null) return;
  await replaceJsonFile(file, { ...(await readRemembered(file)), [name]: batch }).catch(() => undefined);
}
