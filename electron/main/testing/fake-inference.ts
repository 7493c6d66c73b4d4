import type { Engine } from '#shared/domain/model';
import type { InferencePort, InferImageInput, InferImageOutput, OpenSessionInput, SessionInfo } from '#shared/ports/inference';
import { RailscopeError } from '#shared/errors/railscope-error';

export const engine: Engine = { modelId: 'm', modelSha256: 'a'.repeat(64), backend: 'ort-cpu', device: 'CPU', precision: 'fp32' };

export function sessionInfo(sessionId: number): SessionInfo {
  return { sessionId, engine, threads: 2, batch: 1, loadMs: 1, warmupMs: 1, kind: 'probability', threshold: 0.5, minimumAreaPx: 10 };
}

export function output(): InferImageOutput {
  return {
    header: { format: 'jpeg', width: 10, height: 10, channels: 1, bitDepth: 8 },
    contentHash: 'hash',
    region: { mode: 'full', box: null },
    probabilityBox: null,
    tileCount: 1,
    instances: [],
    tiles: [],
    timings: { decode: 1, preprocess: 1, run: 1, postprocess: 1, total: 4 },
  };
}

export interface FakeInference extends InferencePort {
  opened: OpenSessionInput[];
  closed: number[];
  requested: InferImageInput[];
  /** answers the oldest waiting request */
  finishNext(): void;
  waiting(): number;
}

/** @param automatic answer every request at once; else `finishNext` does */
export function fakeInference(automatic: boolean, change: Partial<InferencePort> = {}): FakeInference {
  const waiting: { requestId: number; resolve: (value: InferImageOutput) => void; reject: (error: Error) => void }[] = [];
  const fake: FakeInference = {
    opened: [],
    closed: [],
    requested: [],
    finishNext: () => waiting.shift()?.resolve(output()),
    waiting: () => waiting.length,
    models: async () => [],
    devices: async () => [],
    checkRemote: async ({ modelId }) => ({ server: 'fake 1', model: 'm/1', modelId, roundTripMs: 1, warnings: [] }),
    async open(input) {
      fake.opened.push(input);
      return sessionInfo(fake.opened.length);
    },
    async close({ sessionId }) {
      fake.closed.push(sessionId);
    },
    infer(input) {
      fake.requested.push(input);
      if (automatic) return Promise.resolve(output());
      return new Promise((resolve, reject) => waiting.push({ requestId: input.requestId, resolve, reject }));
    },
    prioritise: async () => undefined,
    async cancel({ requestId }) {
      for (const request of waiting.splice(0)) {
        if (requestId === null || request.requestId === requestId) request.reject(new RailscopeError('cancelled', 'cancelled'));
        else waiting.push(request);
      }
    },
    findRegion: async () => ({ header: output().header, box: { x: 1, y: 0, width: 4, height: 10 } }),
    measureSpeed: async () => ({ engine, threads: 2, batch: 1, loadMs: 1, firstRunMs: 1, runsMs: [1], peakMemoryBytes: 1 }),
    compareEngines: () => Promise.reject(new RailscopeError('internal', 'not faked')),
    saveProfile: async () => ({ path: '' }),
    rethreshold: async () => ({ instances: [], tiles: [] }),
    ...change,
  };
  return fake;
}
