import type { ErrorCode } from '../../errors/codes';
import { RailscopeError } from '../../errors/railscope-error';
import type { InferImageInput, InferImageOutput, InferencePort, SessionInfo } from '../../ports/inference';
import type { InspectionEngine } from '../engine-keeper';
import { hostTimers } from '../timers';

interface OpenRequest {
  input: InferImageInput;
  resolve: (output: InferImageOutput) => void;
  reject: (error: Error) => void;
}

/** An inference process whose requests the test answers by hand, or all at once by `answer`. */
export class FakeInference implements Pick<InferencePort, 'infer' | 'prioritise' | 'cancel'> {
  readonly open: OpenRequest[] = [];
  readonly prioritised: number[] = [];
  mostOpen = 0;
  /** answers by itself where set: null = a result, a code = that failure, 'crash' = the process dies */
  answer: ((path: string) => ErrorCode | 'crash' | null) | null = null;

  async infer(input: InferImageInput): Promise<InferImageOutput> {
    return new Promise((resolve, reject) => {
      this.open.push({ input, resolve, reject });
      this.mostOpen = Math.max(this.mostOpen, this.open.length);
      if (this.answer) hostTimers.setTimeout(() => this.answerOldest(), 0);
    });
  }

  async prioritise({ requestId }: { requestId: number }): Promise<void> {
    this.prioritised.push(requestId);
  }

  async cancel({ requestId }: { requestId: number | null }): Promise<void> {
    for (const request of [...this.open]) {
      if (requestId === null || request.input.requestId === requestId) this.fail(request.input.path, 'cancelled');
    }
  }

  paths(): string[] {
    return this.open.map((request) => request.input.path);
  }

  finish(path: string): void {
    this.#take(path).resolve(fakeOutput());
  }

  fail(path: string, code: ErrorCode): void {
    this.#take(path).reject(new RailscopeError(code, `fake ${code}`));
  }

  crash(): void {
    for (const request of this.open.splice(0)) request.reject(new RailscopeError('process-gone', 'killed', { process: 'inference' }));
  }

  answerOldest(): void {
    const path = this.open[0]?.input.path;
    if (path === undefined || !this.answer) return;
    const how = this.answer(path);
    if (how === 'crash') this.crash();
    else if (how) this.fail(path, how);
    else this.finish(path);
  }

  #take(path: string): OpenRequest {
    const at = this.open.findIndex((request) => request.input.path === path);
    const [request] = at < 0 ? [] : this.open.splice(at, 1);
    if (!request) throw new Error(`no open request for ${path}`);
    return request;
  }
}

export function fakeSession(): SessionInfo {
  const engine = { modelId: 'fake', modelSha256: 'f'.repeat(64), backend: 'ort-cpu', device: 'CPU', precision: 'fp32' } as const;
  return { sessionId: 7, engine, threads: 1, batch: 1, loadMs: 1, warmupMs: 1, kind: 'probability', threshold: 0.5, minimumAreaPx: 10 };
}

export function fakeEngine(): InspectionEngine & { inference: FakeInference } {
  return { inference: new FakeInference(), session: fakeSession() };
}

export function fakeOutput(): InferImageOutput {
  return {
    header: { format: 'png', width: 4, height: 3, channels: 1, bitDepth: 8 },
    contentHash: 'c'.repeat(64),
    region: { mode: 'full', box: null },
    probabilityBox: null,
    tileCount: 1,
    instances: [],
    tiles: [],
    timings: { decode: 1, preprocess: 1, run: 1, postprocess: 1, total: 4 },
  };
}
