import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelManifest } from '#shared/domain/model';
import type { InferenceBackend, Session, Tensor, Tensors } from '../backends/backend';
import { outputNames } from '../backends/output-names';
import { checkOutputs } from '../pipeline/output-shapes';

export interface ConformanceCase {
  manifest: ModelManifest;
  weightsFile: string;
  /** a file that is no network */
  brokenFile: string;
}

/** What every backend must do; runs with real weights. */
export function describeConformance(backend: InferenceBackend, setUp: () => Promise<ConformanceCase>): void {
  describeLateConformance(backend.id, async () => ({ ...(await setUp()), backend }));
}

/** The same for a backend that exists only once its server runs. */
export function describeLateConformance(name: string, setUp: () => Promise<ConformanceCase & { backend: InferenceBackend }>): void {
  describe(`${name} conforms`, () => {
    let given: ConformanceCase;
    let backend: InferenceBackend;
    let session: Session;

    beforeAll(async () => {
      ({ backend, ...given } = await setUp());
      session = await backend.open(given.manifest, given.weightsFile, { threads: 0 });
    });
    afterAll(() => session.dispose());

    /** `count` tiles of repeatable noise from tile `from` on. */
    function batch(from: number, count: number): Tensor {
      const { channels, height, width } = given.manifest.input;
      const length = channels * height * width;
      const data = new Float32Array(count * length);
      for (let i = 0; i < data.length; i++) data[i] = ((Math.imul(i + from * length + 1, 2_654_435_761) >>> 8) % 1000) / 1000;
      return { dims: [count, channels, height, width], data };
    }
    const run = (tensor: Tensor, on = session): Promise<Tensors> => on.run({ [given.manifest.input.name]: tensor });
    /** the manifest's first output: the probabilities, or the boxes of a network of instances */
    async function runFirst(tensor: Tensor): Promise<Tensor> {
      const [name = ''] = outputNames(given.manifest);
      const result = (await run(tensor))[name];
      if (!result) throw new Error(`no output ${name}`);
      return result;
    }

    it('says what it is', async () => {
      const state = await backend.probe();
      expect(state).toMatchObject({ backend: backend.id, available: true, reason: null });
      expect(session.device).not.toBe('');
      expect(session.inputs).toContain(given.manifest.input.name);
      expect(session.outputs).toEqual(expect.arrayContaining([...outputNames(given.manifest)]));
    });

    it('answers with every output of the manifest, as float32 of the right shape', async () => {
      const outputs = await run(batch(0, 1));
      expect(Object.keys(outputs).sort()).toEqual([...outputNames(given.manifest)].sort());
      expect(() => checkOutputs(given.manifest, outputs, 1)).not.toThrow();
      for (const { data } of Object.values(outputs)) {
        expect(data).toBeInstanceOf(Float32Array);
        expect(data.every((value) => Number.isFinite(value))).toBe(true);
      }
    });

    it('answers with probabilities of the input size', async () => {
      if (given.manifest.output.kind !== 'probability') return;
      const { dims, data } = await runFirst(batch(0, 1));
      const { height, width } = given.manifest.input;
      expect(dims).toEqual([1, 1, height, width]);
      expect(data.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(data.some((value) => value !== data[0])).toBe(true);
    });

    it('gives the same answer twice', async () => {
      expect(await run(batch(3, 1))).toEqual(await run(batch(3, 1)));
    });

    it('gives each tile of a batch what it gets alone', async () => {
      if (!given.manifest.input.batch.dynamic) return;
      const together = await runFirst(batch(0, 2));
      const alone = [await runFirst(batch(0, 1)), await runFirst(batch(1, 1))];
      const length = together.data.length / 2;
      alone.forEach(({ data }, tile) => {
        const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - (together.data[tile * length + i] ?? NaN))), 0);
        expect(worst).toBeLessThan(1e-4);
      });
    });

    it('counts its runs', async () => {
      const before = session.stats();
      await run(batch(0, 1));
      const after = session.stats();
      expect(after.runs).toBe(before.runs + 1);
      expect(after.runMs).toBeGreaterThan(before.runMs);
    });

    it('does not start a cancelled run', async () => {
      const { runs } = session.stats();
      const tensors = { [given.manifest.input.name]: batch(0, 1) };
      await expect(session.run(tensors, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
      expect(session.stats().runs).toBe(runs);
    });

    it('reports input of a wrong shape and goes on', async () => {
      await expect(run({ dims: [1, 1, 1, 1], data: new Float32Array(1) })).rejects.toMatchObject({ code: 'inference-failed' });
      await expect(run(batch(0, 1))).resolves.toBeDefined();
    });

    it('keeps to batches within the limits', () => {
      const { batch: limits } = given.manifest.input;
      expect(backend.batch(limits)).toBeGreaterThanOrEqual(1);
      expect(backend.batch(limits)).toBeLessThanOrEqual(limits.maximum);
      expect(backend.batch({ dynamic: false, preferred: 3, maximum: 3 })).toBe(3);
    });

    it('refuses what is not the network of the manifest', async () => {
      const options = { threads: 0 };
      const broken = { code: 'model-invalid', details: { path: given.brokenFile } };
      // a remote backend reads no file of ours
      if (!backend.remote) await expect(backend.open(given.manifest, given.brokenFile, options)).rejects.toMatchObject(broken);
      const renamed = { ...given.manifest, input: { ...given.manifest.input, name: 'pixels' } };
      await expect(backend.open(renamed, given.weightsFile, options)).rejects.toMatchObject({ code: 'model-invalid' });
    });

    it('fails runs after dispose, and disposes twice', async () => {
      const other = await backend.open(given.manifest, given.weightsFile, { threads: 1 });
      await other.dispose();
      await other.dispose();
      await expect(run(batch(0, 1), other)).rejects.toMatchObject({ code: 'inference-failed' });
      await expect(run(batch(0, 1))).resolves.toBeDefined();
    });
  });
}
