/** The real inference process and the real job loop, as the command line and the window use them. */
import { fork } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Region } from '#shared/domain/image';
import { listSource } from '#shared/jobs/list-source';
import { runInspection, type InspectionEngine } from '#shared/jobs/run-inspection';
import type { InferenceSummary } from '#shared/domain/editor';
import type { InferencePort, InferImageOutput, OpenSessionInput } from '#shared/ports/inference';
import { connectNodeChild, type StartedPort } from '#shared/rpc/node-port';

export function startInference(): StartedPort<InferencePort> {
  const bundle = path.join(path.dirname(fileURLToPath(import.meta.url)), 'inference.mjs');
  return connectNodeChild<InferencePort>(
    fork(bundle, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
    'inference',
  );
}

/** @param modelId null = the first usable model */
export async function openEngine(
  port: StartedPort<InferencePort>,
  wish: Omit<OpenSessionInput, 'modelId'> & { modelId: string | null },
): Promise<InspectionEngine> {
  const models = await port.call.models(undefined);
  const modelId = wish.modelId ?? models.find((model) => model.error === null)?.id;
  if (modelId === undefined) throw new Error('there is no usable model');
  return { inference: port.call, session: await port.call.open({ ...wish, modelId }) };
}

export interface InspectedImage {
  path: string;
  output: InferImageOutput;
  summary: InferenceSummary;
}

/** @throws Error when a picture fails: a benchmark over fewer pictures would be another benchmark */
export async function inspectAll(
  engine: InspectionEngine,
  paths: readonly string[],
  options: { region: Region; wantTiles: boolean; maskFolder?: string; onDone?: (done: number, total: number) => void },
): Promise<InspectedImage[]> {
  const inspected: InspectedImage[] = [];
  await runInspection({
    ...engine,
    source: listSource(paths, (file, index) => ({
      path: file,
      region: options.region,
      probabilityPath: null,
      ...(options.maskFolder !== undefined && { maskPath: path.join(options.maskFolder, `${index}.png`) }),
    })),
    sink: {
      result: async (item, output, summary) => {
        inspected.push({ path: item.path, output, summary });
        options.onDone?.(inspected.length, paths.length);
      },
      failure: async (item, error) => {
        throw new Error(`${item.path}: ${error.code}: ${error.message}`);
      },
    },
    restart: async () => {
      throw new Error('the inference process ended');
    },
    counts: { total: paths.length },
    wantTiles: options.wantTiles,
  });
  return inspected;
}
