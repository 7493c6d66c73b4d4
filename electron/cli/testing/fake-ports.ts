import { writeFile } from 'node:fs/promises';
import { encodeGreyPng, readAndHash, decodeBytes } from '#imaging';
import type { DetectedInstance } from '#shared/domain/defect';
import type { ModelSummary } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Comparison, Speed } from '#shared/domain/measurement';
import type { ServeInput, ServingPort } from '#shared/ports/serving';
import type {
  CompareEnginesInput,
  DevicesInput,
  InferImageInput,
  InferImageOutput,
  InferencePort,
  MeasureSpeedInput,
  OpenSessionInput,
  SessionInfo,
} from '#shared/ports/inference';
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
  readonly demoImages = 'demo';
  readonly opened: OpenSessionInput[] = [];
  readonly requests: InferImageInput[] = [];
  readonly stored: StoreResultInput[] = [];
  readonly storedFailures: StoreFailureInput[] = [];
  readonly printed: PrintReportInput[] = [];
  readonly served: ServeInput[] = [];
  /** settles when the fake server ends by itself */
  servingEnded: Promise<string> = new Promise(() => undefined);
  servingStops = 0;
  /** servers that the device list was asked about */
  readonly asked: DevicesInput[] = [];
  /** processes that were started and not stopped */
  running = 0;
  readonly profiles: Parameters<InferencePort['saveProfile']>[0][] = [];
  /** an engine whose runs take 10 ms a tile, and less the more there are */
  measure = (input: MeasureSpeedInput): Speed => speedOf(input);
  /** agrees in everything */
  compare = (input: CompareEnginesInput): Comparison => agreementOf(input);
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

  startServing(): ReturnType<CliPorts['startServing']> {
    return this.#started<ServingPort>({
      start: async (input) => {
        this.served.push(input);
        if (this.openError) throw this.openError;
        const { engine } = sessionOf({ modelId: 'first-model', device: input.device, threads: 0 });
        const failed = [{ id: 'second-model', reason: 'weights are missing' }];
        return { url: `http://${input.host}:${input.port}`, models: [{ id: 'first-model', engine }], failed };
      },
      ended: () => this.servingEnded,
      stop: async () => {
        this.servingStops++;
      },
    });
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
      devices: async (input) => {
        this.asked.push(input);
        return [
          { backend: 'ort-cpu', available: true, device: 'Some CPU', reason: null, threads: 2 },
          { backend: 'ort-cuda', available: false, device: '', reason: 'no driver', threads: null },
        ];
      },
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
      measureSpeed: async (input) => this.measure(input),
      compareEngines: async (input) => this.compare(input),
      saveProfile: async (entry) => {
        this.profiles.push(entry);
        return { path: 'machine-profile.json' };
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

export function speedOf({ wish, loops }: MeasureSpeedInput): Speed {
  const batch = Math.max(1, wish.batch);
  const runsMs = new Array<number>(loops).fill(10 * batch - batch);
  const engine = { ...sessionOf({ modelId: 'first-model', device: 'cpu', threads: 0 }).engine, precision: wish.precision ?? 'fp32' };
  return { engine, threads: wish.threads || 2, batch, loadMs: 5, firstRunMs: 20, runsMs, peakMemoryBytes: 2 ** 28 };
}

export function agreementOf({ candidate }: CompareEnginesInput): Comparison {
  const { engine } = sessionOf({ modelId: 'first-model', device: 'cpu', threads: 0 });
  const differences = {
    sumAbs: 1,
    maxAbs: 1e-5,
    compared: 50,
    sumRel: 0.001,
    maxRel: 1e-4,
    beyondOnePercent: 0,
    notFinite: 0,
    blankTiles: 0,
  };
  return {
    reference: engine,
    candidate: { ...engine, precision: candidate.precision ?? 'fp32' },
    tiles: 4,
    tensors: [{ name: 'probability', elements: 100, ...differences }],
    probability: 'probability',
    tolerance: { maxAbs: 1e-4, minDice: 0.995 },
    mask: { bothPx: 10, referencePx: 10, candidatePx: 10 },
    instances: { reference: 1, candidate: 1, matched: 1 },
  };
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
