import { writeFile } from 'node:fs/promises';
import { encodeGreyPng, readAndHash, decodeBytes } from '#imaging';
import type { DetectedInstance } from '#shared/domain/defect';
import type { ModelSummary } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { InferImageInput, InferImageOutput, InferencePort, OpenSessionInput, SessionInfo } from '#shared/ports/inference';
import type { ProjectPort, StoreFailureInput, StoreResultInput } from '#shared/ports/project';
import type { CliIo, CliPorts, PrintReportInput } from '../context';

/** A terminal that remembers. */
export class FakeIo implements CliIo {
  out = '';
  err = '';
  interrupt: () => void = () => undefined;
  readonly env: Record<string, string> = { LANG: 'en_US.UTF-8' };
  stderrIsTerminal = false;

  constructor(readonly cwd: string) {}

  stdout(text: string): void {
    this.out += text;
  }

  stderr(text: string): void {
    this.err += text;
  }

  stderrColumns(): number {
    return 100;
  }

  onInterrupt(listener: () => void): () => void {
    this.interrupt = listener;
    return () => (this.interrupt = () => undefined);
  }

  json(): unknown {
    return JSON.parse(this.out);
  }
}

function summaryOf(id: string): ModelSummary {
  const name = { zh: `模型 ${id}`, en: `Model ${id}` };
  const metrics = [{ dataset: 'somewhere', images: 3, pa: 0.5, mIoU: 0.4, mDice: 0.45 }];
  const triage = { clear: 0.3, defect: 0.7 };
  return {
    ...{
      id,
      name,
      metrics,
      triage,
      architecture: 'Fake',
      task: 'semantic',
      component: 'rail-surface',
      parameters: 1_500_000,
      precisions: ['fp32'],
    },
    ...{ threshold: 0.5, minimumAreaPx: 2, licence: 'MIT', error: null },
  };
}

/** Calls bright pixels defects: one instance that holds all samples at or above the threshold. */
export class FakePorts implements CliPorts {
  readonly version = '9.9.9';
  readonly opened: OpenSessionInput[] = [];
  readonly requests: InferImageInput[] = [];
  readonly stored: StoreResultInput[] = [];
  readonly storedFailures: StoreFailureInput[] = [];
  readonly printed: PrintReportInput[] = [];
  /** processes that were started and not stopped */
  running = 0;
  openError: RailscopeError | null = null;
  printError: RailscopeError | null = null;
  /** waits before each answer */
  beforeAnswer: (input: InferImageInput) => Promise<void> = async () => undefined;

  startInference(): ReturnType<CliPorts['startInference']> {
    return this.#started(this.#inference());
  }

  startProject(): ReturnType<CliPorts['startProject']> {
    return this.#started(this.#project());
  }

  async printReport(input: PrintReportInput): Promise<void> {
    this.printed.push(input);
    if (this.printError) throw this.printError;
    await writeFile(input.outputPath, '%PDF-');
  }

  #started<T>(call: Partial<T>): { call: T; stop: () => Promise<void> } {
    this.running++;
    let stopped = false;
    const stop = async (): Promise<void> => {
      if (!stopped) this.running--;
      stopped = true;
    };
    return { call: call as T, stop };
  }

  #inference(): Partial<InferencePort> {
    const cancelled = new Map<number, () => void>();
    return {
      models: async () => [summaryOf('first-model'), summaryOf('second-model'), { ...summaryOf('instance-model'), task: 'instance' }],
      devices: async () => [
        { backend: 'ort-cpu', available: true, device: 'Some CPU', reason: null, threads: 2 },
        { backend: 'ort-cuda', available: false, device: '', reason: 'no driver', threads: null },
      ],
      open: async (input) => {
        this.opened.push(input);
        if (this.openError) throw this.openError;
        return sessionOf(input);
      },
      infer: async (input) => {
        this.requests.push(input);
        const cancel = new Promise<never>((_, reject) =>
          cancelled.set(input.requestId, () => reject(new RailscopeError('cancelled', 'cancelled'))),
        );
        return Promise.race([this.beforeAnswer(input).then(() => inferByBrightness(input)), cancel]);
      },
      prioritise: async () => undefined,
      cancel: async ({ requestId }) => {
        if (requestId !== null) cancelled.get(requestId)?.();
      },
    };
  }

  #project(): Partial<ProjectPort> {
    const rows = async () => ({ total: 2, rows: [rowOf(11, 'good.png'), rowOf(12, 'bad.png')] });
    return {
      open: async () => undefined as never,
      scanned: async () => undefined as never,
      'images.page': rows as never,
      createInspectionJob: async (input) => ({
        jobId: 5,
        state: 'running',
        modelId: input.modelId,
        device: input.device,
        total: 2,
        done: 0,
        failed: 0,
      }),
      storeResult: async (input) => void this.stored.push(input),
      storeFailure: async (input) => void this.storedFailures.push(input),
      setJobState: async () => undefined,
      close: async () => undefined,
    };
  }
}

function rowOf(id: number, relativePath: string): { id: number; relativePath: string } {
  return { id, relativePath };
}

function sessionOf({ modelId }: OpenSessionInput): SessionInfo {
  const engine = { modelId, modelSha256: 'a'.repeat(64), backend: 'ort-cpu', device: 'Some CPU', precision: 'fp32' } as const;
  return { sessionId: 1, engine, threads: 2, batch: 1, loadMs: 1, warmupMs: 1, kind: 'probability', threshold: 0.5, minimumAreaPx: 2 };
}

async function inferByBrightness(input: InferImageInput): Promise<InferImageOutput> {
  const { bytes, sha256 } = await readAndHash(input.path);
  const { header, data, width, height } = await decodeBytes(bytes, input.path, { colour: 'grey' });
  const samples = Uint8Array.from(data);
  const mask = samples.map((value) => (value / 255 >= input.threshold ? 255 : 0));
  const areaPx = mask.filter((value) => value === 255).length;
  if (input.maskPath !== null) await writeFile(input.maskPath, await encodeGreyPng(mask, width, height));
  if (input.probabilityPath !== null) await writeFile(input.probabilityPath, await encodeGreyPng(samples, width, height));
  const box = { x: 0, y: 0, width, height };
  const instance: DetectedInstance = { label: 1, classCode: 'defect', score: 0.87654321, box, areaPx };
  return {
    header,
    contentHash: sha256,
    region: input.region,
    probabilityBox: input.probabilityPath === null ? null : box,
    tileCount: 1,
    instances: areaPx >= Math.max(1, input.minimumAreaPx) ? [instance] : [],
    tiles: [],
    timings: { decode: 1, preprocess: 1, run: 2, postprocess: 1, total: 5 },
  };
}
