import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelManifest } from '#shared/domain/model';
import type { InferenceBackend, Session, Tensor } from '../backends/backend';

export interface ConformanceCase {
  manifest: ModelManifest;
  weightsFile: string;
  /** a file that is no network */
  brokenFile: string;
}

/** What every backend must do; runs with real weights. */
export function describeConformance(backend: InferenceBackend, setUp: () => Promise<ConformanceCase>): void {
  describe(`${backend.id} conforms`, () => {
    let given: ConformanceCase;
    let session: Session;

    beforeAll(async () => {
      given = await setUp();
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
    async function run(tensor: Tensor, on = session): Promise<Tensor> {
      const { input, output } = given.manifest;
      const result = (await on.run({ [input.name]: tensor }))[output.name];
      if (!result) throw new Error(`no output ${output.name}`);
      return result;
    }

    it('says what it is', async () => {
      const state = await backend.probe();
      expect(state).toMatchObject({ backend: backend.id, available: true, reason: null });
      expect(session.device).not.toBe('');
      expect(session.inputs).toContain(given.manifest.input.name);
      expect(session.outputs).toContain(given.manifest.output.name);
    });

    it('answers with probabilities of the input size', async () => {
      const { dims, data } = await run(batch(0, 1));
      const { height, width } = given.manifest.input;
      expect(dims).toEqual([1, 1, height, width]);
      expect(data).toBeInstanceOf(Float32Array);
      expect(data).toHaveLength(height * width);
      expect(data.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(data.some((value) => value !== data[0])).toBe(true);
    });

    it('gives the same answer twice', async () => {
      expect(await run(batch(3, 1))).toEqual(await run(batch(3, 1)));
    });

    it('gives each tile of a batch what it gets alone', async () => {
      if (!given.manifest.input.batch.dynamic) return;
      const together = await run(batch(0, 2));
      const alone = [await run(batch(0, 1)), await run(batch(1, 1))];
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
      await expect(backend.open(given.manifest, given.brokenFile, options)).rejects.toMatchObject(broken);
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
