import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownCodes, describeCode } from './acl-codes';
import { runScenario, type ScenarioEnd } from './testing/run-scenario';
import { writeIdentityModel } from './testing/sim-models';

describe('failing and hanging devices', () => {
  let folder: string;
  let model: string;
  const elements = 16;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-faults-'));
    model = await writeIdentityModel(folder, { elements });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = (name: string, fail: string, args: object = {}, sim: Record<string, string> = {}): Promise<ScenarioEnd> =>
    runScenario(name, { args: { model, elements, ...args }, sim: { FAIL: fail, ...sim } });
  const aclFailure = (code: number): unknown => expect.objectContaining({ kind: 'acl', code });

  it('hands the code, the call and ACL’s own words through', async () => {
    const { result, status } = await run('openOnly', 'aclmdlLoadFromFileWithMem=507009');
    expect(status).toBe(0);
    expect(result).toMatchObject({
      kind: 'acl',
      code: 507009,
      symbol: 'aclmdlLoadFromFileWithMem',
      recovery: 'fix-model',
      recoverable: false,
    });
    expect((result as { recent: string }).recent).not.toBe('');
    expect((result as { zh: string }).zh).toBe(describeCode(507009).meaning.zh);
  });

  it('gives every known code its meaning when a call returns it', async () => {
    const codes = knownCodes.filter((code) => code !== 100002);
    const fail = codes.map((code, index) => `aclrtSetDevice@${index + 1}=${code}`).join(';');
    const { result, status, stderr } = await run('openMany', fail, { times: codes.length });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const seen = result as { code: number; recovery: string; zh: string }[];
    expect(seen.map(({ code }) => code)).toEqual(codes);
    for (const { code, recovery, zh } of seen) {
      expect(recovery).toBe(describeCode(code).recovery);
      expect(zh).toBe(describeCode(code).meaning.zh);
    }
  });

  it.each([
    ['memory, once', 'aclmdlExecuteAsync@3=207018', [0, 1, 2, 3], { failed: 0, retried: 1, rebuilds: 0 }],
    [
      'memory, twice',
      'aclmdlExecuteAsync@3=207018;aclmdlExecuteAsync@4=207018',
      [0, aclFailure(207018), 2, 3],
      { failed: 1, retried: 1, rebuilds: 0 },
    ],
    ['a full task queue', 'aclmdlExecuteAsync@3=507002', [0, 1, 2, 3], { failed: 0, retried: 1, rebuilds: 0 }],
    [
      'time-outs, then a reset',
      'aclmdlExecuteAsync@3=507046;aclmdlExecuteAsync@4=507046',
      [0, 1, 2, 3],
      { failed: 0, retried: 2, rebuilds: 1 },
    ],
    ['a fault of our own', 'aclmdlExecuteAsync@3=145000', [0, aclFailure(145000), 2, 3], { failed: 1, retried: 0, rebuilds: 0 }],
    ['a task that fails later', 'aclmdlExecuteAsync@3=507011:later', [0, 1, 2, 3], { failed: 0, retried: 1, rebuilds: 1 }],
    ['a poisoned device', 'aclmdlExecuteAsync@3=507015:later:sticky', [0, 1, 2, 3], { failed: 0, retried: 1, rebuilds: 1 }],
    ['a copy that poisons the device', 'aclrtMemcpyAsync@5=507013:later:sticky', [0, 1, 2, 3], { failed: 0, retried: 1, rebuilds: 1 }],
  ] as const)('%s', async (_, fail, outcomes, counters) => {
    const { result, status, stderr } = await run('runSerially', fail);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(result).toEqual({ outcomes, ...counters });
  });

  it.each([1, 2])('blames a failed execution on the run that it was, with %i streams', async (streams) => {
    const sim = { LATENCY: 'model=3ms,h2d=100M' };
    const { result, stderr, status } = await run('runTogether', 'aclmdlExecuteAsync@6=500002:later', { streams }, sim);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const { right, failed, wrong } = result as { right: number; failed: number; wrong: number };
    expect(wrong).toBe(0);
    expect(right + failed).toBe(12);
    // with one stream the runs on it share the blame
    expect(failed).toBeGreaterThanOrEqual(1);
    expect(failed).toBeLessThanOrEqual(streams === 2 ? 1 : 3);
  });

  it.each(['aclrtMemcpyAsync@9=500002:later', 'aclrtMemcpyAsync@12=500002:later'])(
    'never gives data of a failed copy (%s)',
    async (fail) => {
      const { result, stderr, status } = await run('runTogether', fail, {}, { LATENCY: 'model=3ms,h2d=100M' });
      expect(stderr).toBe('');
      expect(status).toBe(0);
      const { failed, wrong } = result as { failed: number; wrong: number };
      expect(wrong).toBe(0);
      expect(failed).toBeGreaterThanOrEqual(1);
      expect(failed).toBeLessThanOrEqual(3);
    },
  );

  it('loses a device that is poisoned again', async () => {
    const { result, status, stderr } = await run('runSerially', 'aclmdlExecuteAsync@3+=507015:later:sticky');
    const lost = expect.objectContaining({ kind: 'device-lost', code: 507015, recovery: 'restart', recoverable: false }) as unknown;
    expect(stderr).toBe('');
    expect(result).toEqual({ outcomes: [0, lost, lost, lost], failed: 1, retried: 1, rebuilds: 1 });
    expect(status).toBe(0);
  });

  it('loses a device that disappears', async () => {
    const { result } = await run('runSerially', 'aclmdlExecuteAsync@3=507010:lost');
    const lost = expect.objectContaining({ kind: 'device-lost' }) as unknown;
    expect(result).toMatchObject({ outcomes: [0, lost, lost, lost], rebuilds: 1 });
  });

  it('resets once for two runners on the device', async () => {
    const { result, status, stderr } = await run('sharedPoison', 'aclmdlExecuteAsync@5=507015:later:sticky');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(result).toEqual({ outcomes: Array.from({ length: 12 }, (_, i) => i), rebuilds: 1 });
  });

  it('moves the work of a lost device to the other', async () => {
    const { result } = await run('poolLoss', 'aclmdlExecuteAsync@5=507010:lost', {}, { DEVICES: '2' });
    const { outcomes, lost } = result as { outcomes: unknown[]; lost: boolean[] };
    expect(outcomes).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(lost.filter(Boolean)).toHaveLength(1);
  });

  it('ends a run whose task never ends, resets and goes on', async () => {
    const { result, status } = await run('hang', 'aclmdlExecuteAsync@2=hang:later');
    const { first, firstMs, second, lost } = result as { first: unknown; firstMs: number; second: unknown; lost: unknown };
    expect(first).toMatchObject({ kind: 'timeout', recoverable: true });
    expect(firstMs).toBeGreaterThan(290);
    expect(firstMs).toBeLessThan(5000);
    expect(second).toBe(1);
    expect(lost).toBeNull();
    expect(status).toBe(0);
  });

  it.each(['aclmdlExecuteAsync@2=hang', 'aclrtMemcpyAsync@3=hang', 'aclrtEventElapsedTime@4=hang'])(
    'gives a device up whose call never returns (%s), and the process still ends',
    async (fail) => {
      const { result, wallMs, signal } = await run('hang', fail);
      const { first, firstMs, second, lost } = result as { first: unknown; firstMs: number; second: unknown; lost: unknown };
      expect(first).toMatchObject({ kind: 'timeout' });
      expect(firstMs).toBeLessThan(3000);
      expect(second).toMatchObject({ kind: 'device-lost' });
      expect(lost).toMatchObject({ kind: 'device-lost', recovery: 'restart' });
      expect(signal).toBeNull();
      expect(wallMs).toBeLessThan(20_000);
    },
  );

  it('ends an opening that hangs', async () => {
    const { result, signal, wallMs } = await run('openHang', 'aclrtSetDevice=hang');
    expect(result).toMatchObject({ kind: 'timeout' });
    expect(signal).toBeNull();
    expect(wallMs).toBeLessThan(20_000);
  });

  it('survives every release being refused', async () => {
    const { result, signal } = await run('runSerially', 'aclrtFree=507000;aclmdlUnload=507000;aclrtDestroyStream=507000', { runs: 2 });
    expect(result).toMatchObject({ outcomes: [0, 1] });
    expect(signal).toBeNull();
  });
});
