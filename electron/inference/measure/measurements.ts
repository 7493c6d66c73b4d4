/** Speed and agreement of engines, measured where they run: tensors stay in this process. */
import type { Comparison, EngineWish, Speed, TensorTotals } from '#shared/domain/measurement';
import { RailscopeError } from '#shared/errors/railscope-error';
import { addTotals, defaultTolerances } from '#shared/measure/comparison';
import type { CompareEnginesInput, InferImageOutput, MeasureSpeedInput, OpenSessionInput } from '#shared/ports/inference';
import type { Tensors } from '../backends/backend';
import { openEngine, type EngineParts, type OpenedEngine } from '../open-engine';
import { ImageTask } from '../pipeline/image-task';
import { checkOutputs } from '../pipeline/output-shapes';
import { TilePreprocessor } from '../pipeline/preprocess';
import { maskOverlap } from './mask-overlap';
import { matchInstances } from './match-instances';
import { tensorTotals } from './tensor-totals';

/** timed however long they take */
const FEWEST_RUNS = 3;

export class Measurements {
  readonly #parts: EngineParts;
  /** the two engines of the last comparison */
  #pair: { key: string; reference: OpenedEngine; candidate: OpenedEngine } | null = null;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** @throws as opening, inference-failed */
  async speed({ modelId, wish, warmups, loops, maximumMs }: MeasureSpeedInput): Promise<Speed> {
    const opened = await openEngine(this.#parts, openInput(modelId, wish));
    const { session, batch, engine, loadMs } = opened;
    try {
      const tensors = noise(opened);
      const timed = async (): Promise<number> => {
        const startMs = performance.now();
        await session.run(tensors);
        return performance.now() - startMs;
      };
      const firstRunMs = await timed();
      for (let run = 0; run < warmups; run++) await timed();
      const runsMs: number[] = [];
      const endMs = performance.now() + maximumMs;
      while (runsMs.length < loops && (runsMs.length < FEWEST_RUNS || performance.now() < endMs)) runsMs.push(await timed());
      return {
        engine,
        threads: session.threads,
        batch,
        loadMs,
        firstRunMs,
        runsMs,
        peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      };
    } finally {
      await session.dispose();
    }
  }

  /** @throws as opening, image-*, inference-failed */
  async compare(input: CompareEnginesInput): Promise<Comparison> {
    const { reference, candidate } = await this.#engines(input);
    const tasks = { reference: imageTask(reference, input), candidate: imageTask(candidate, input) };
    const tiles = await tasks.reference.prepare();
    await tasks.candidate.prepare();
    const totals = new Map<string, TensorTotals>();
    // tile by tile: the two may run different batches, and all outputs of a large picture are not held at once
    for (let tile = 0; tile < tiles; tile++) {
      const feeds = { [reference.manifest.input.name]: { dims: tileDims(reference, 1), data: tasks.reference.tensor(tile, 1) } };
      const expected = await runOne(reference, feeds);
      const found = await runOne(candidate, feeds);
      for (const part of differences(expected, found)) {
        const known = totals.get(part.name);
        totals.set(part.name, known ? addTotals(known, part) : part);
      }
      addOutput(tasks.reference, reference, expected);
      addOutput(tasks.candidate, candidate, found);
    }
    const results = { reference: await tasks.reference.finish(), candidate: await tasks.candidate.finish() };
    return {
      reference: reference.engine,
      candidate: candidate.engine,
      tiles,
      tensors: [...totals.values()],
      probability: reference.manifest.output.kind === 'probability' ? reference.manifest.output.name : null,
      tolerance: reference.manifest.tolerances?.[candidate.engine.precision] ?? defaultTolerances[candidate.engine.precision],
      mask: maskOverlap(results.reference.tiles, results.candidate.tiles),
      instances: countInstances(results),
    };
  }

  async dispose(): Promise<void> {
    const pair = this.#pair;
    this.#pair = null;
    await pair?.reference.session.dispose();
    await pair?.candidate.session.dispose();
  }

  async #engines({ modelId, reference, candidate }: CompareEnginesInput): Promise<{ reference: OpenedEngine; candidate: OpenedEngine }> {
    const key = JSON.stringify([modelId, reference, candidate]);
    if (this.#pair?.key === key) return this.#pair;
    await this.dispose();
    const first = await openEngine(this.#parts, openInput(modelId, reference));
    try {
      this.#pair = { key, reference: first, candidate: await openEngine(this.#parts, openInput(modelId, candidate)) };
      return this.#pair;
    } catch (error) {
      await first.session.dispose();
      throw error;
    }
  }
}

function openInput(modelId: string, { device, precision, threads, batch }: EngineWish): OpenSessionInput {
  return { modelId, device, threads, batch, ...(precision !== null && { precision }) };
}

function tileDims({ manifest: { input } }: OpenedEngine, count: number): number[] {
  return [count, input.channels, input.height, input.width];
}

/** Repeatable values 0…1, which no kernel can skip. */
function noise(opened: OpenedEngine): Tensors {
  const dims = tileDims(opened, opened.batch);
  const data = new Float32Array(dims.reduce((product, size) => product * size, 1));
  for (let i = 0; i < data.length; i++) data[i] = ((Math.imul(i + 1, 2_654_435_761) >>> 8) % 1000) / 1000;
  return { [opened.manifest.input.name]: { dims, data } };
}

/** One tile; a network with a fixed batch gets the same tile as often as it wants, and the first answer counts. */
async function runOne({ manifest, session, batch }: OpenedEngine, feeds: Tensors): Promise<Tensors> {
  if (manifest.input.batch.dynamic || batch === 1) return session.run(feeds);
  const repeated = Object.entries(feeds).map(([name, { dims, data }]) => {
    const whole = new Float32Array(data.length * batch);
    for (let at = 0; at < batch; at++) whole.set(data, at * data.length);
    return [name, { dims: [batch, ...dims.slice(1)], data: whole }] as const;
  });
  const outputs = await session.run(Object.fromEntries(repeated));
  const first = Object.entries(outputs).map(([name, { dims, data }]) => {
    return [name, { dims: [1, ...dims.slice(1)], data: data.slice(0, data.length / batch) }] as const;
  });
  return Object.fromEntries(first);
}

/** @throws inference-failed where the candidate lacks an output or gives it another size */
function differences(expected: Tensors, found: Tensors): TensorTotals[] {
  return Object.entries(expected).map(([name, reference]) => {
    const candidate = found[name];
    if (candidate?.data.length === reference.data.length) return tensorTotals(name, reference, candidate);
    const reason = `output ${name} has shape [${candidate?.dims.join(', ') ?? ''}], the reference [${reference.dims.join(', ')}]`;
    throw new RailscopeError('inference-failed', reason, { reason });
  });
}

function imageTask({ manifest }: OpenedEngine, { path, region }: CompareEnginesInput): ImageTask {
  const { probability: threshold, minimumAreaPx } = manifest.thresholds;
  const job = { path, region, threshold, minimumAreaPx, maskPath: null, probabilityPath: null, wantTiles: true };
  return new ImageTask(manifest, job, new TilePreprocessor(manifest.input));
}

function addOutput(task: ImageTask, { manifest }: OpenedEngine, outputs: Tensors): void {
  checkOutputs(manifest, outputs, 1);
  task.addOutput(outputs, 1);
}

function countInstances({ reference, candidate }: Record<'reference' | 'candidate', InferImageOutput>): Comparison['instances'] {
  return {
    reference: reference.instances.length,
    candidate: candidate.instances.length,
    matched: matchInstances(reference.instances, candidate.instances),
  };
}
