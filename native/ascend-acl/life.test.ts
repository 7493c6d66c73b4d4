import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLifecycle } from './testing/lifecycle';
import { callsOf, isAsan, runScenario, type ScenarioEnd } from './testing/run-scenario';
import { writeIdentityModel } from './testing/sim-models';

/** With ACLSIM_STRICT=1 a leak or a misuse ends the process with status 97. */
describe('every life of a runner ends without leak or misuse', () => {
  let folder: string;
  let model: string;
  const elements = 64;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-life-'));
    model = await writeIdentityModel(folder, { elements });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = (name: string, options: Parameters<typeof runScenario>[1] = {}): Promise<ScenarioEnd> =>
    runScenario(name, { args: { model, elements }, ...options });

  it('normal life: calls in order, one thread per context, nothing allocated between warm-up and dispose', async () => {
    const end = await run('life', { trace: true, args: { model, elements, runs: 40 } });
    expect(end.stderr).toBe('');
    expect(end.status).toBe(0);
    const calls = callsOf(end.trace);
    expect(checkLifecycle(calls)).toEqual([]);
    const executions = calls.flatMap(({ call, seq }) => (call === 'aclmdlExecuteAsync' ? [seq] : []));
    expect(executions).toHaveLength(41);
    const [warmUp = 0] = executions;
    const unload = calls.find(({ call }) => call === 'aclmdlUnload')?.seq ?? 0;
    const between = calls.filter(({ seq }) => seq > warmUp && seq < unload).map(({ call }) => call);
    expect(between.filter((call) => /Malloc|Create|Free|Destroy|Load/.test(call))).toEqual([]);
    expect(end.result).toMatchObject({ values: Array.from({ length: 40 }, (_, i) => i), stats: { runs: 40, failed: 0 } });
  });

  it.each([
    ['dispose twice', 'disposeTwice', 0, expect.objectContaining({ kind: 'closed' })],
    ['left open at the end of the process', 'noDispose', 0, 'left open'],
    ['process.exit() with runs under way', 'processExit', 7, null],
    ['an uncaught exception', 'uncaught', 1, null],
  ] as const)('%s', async (_, name, status, result) => {
    const end = await run(name, { sim: { LATENCY: 'model=2ms' } });
    if (name !== 'uncaught') expect(end.stderr).toBe('');
    expect(end.status).toBe(status);
    expect(end.result).toEqual(result);
  });

  it('collected without dispose', async () => {
    const end = await run('collected', { nodeArguments: ['--expose-gc'], trace: true });
    expect(end).toMatchObject({ status: 0, stderr: '', result: 'collected' });
    const calls = callsOf(end.trace).map(({ call }) => call);
    expect(calls.indexOf('aclmdlUnload')).toBeGreaterThan(calls.indexOf('aclmdlExecuteAsync'));
  });

  it.each([false, true])('in a worker thread (terminated: %s)', async (terminate) => {
    const end = await run('workerThread', { args: { model, elements, terminate }, sim: { LATENCY: 'model=2ms' } });
    expect(end.stderr).toBe('');
    expect(end.status).toBe(0);
    expect(end.result).toMatchObject({ exit: terminate ? 1 : 0 });
  });

  it('rejected runs', async () => {
    const end = await run('rejectedRuns', { sim: { FAIL: 'aclmdlExecuteAsync@%2=500002' } });
    expect(end.stderr).toBe('');
    expect(end.status).toBe(0);
    const outcomes = end.result as unknown[];
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(3);
    expect(outcomes.find((outcome) => outcome !== 'done')).toMatchObject({
      kind: 'acl',
      code: 500002,
      symbol: 'aclmdlExecuteAsync',
      recoverable: false,
    });
  });

  it('opening fails at every single call, and nothing is left', { timeout: 600_000 }, async () => {
    const good = await run('openOnly', { trace: true });
    expect(good).toMatchObject({ status: 0, result: 'opened' });
    const calls = callsOf(good.trace);
    // up to the warm-up's last call; then the streams are drained
    const opening = calls.slice(0, calls.findLastIndex(({ call }) => call === 'aclrtEventElapsedTime') + 1);
    expect(opening.length).toBeGreaterThan(60);
    // under the sanitizer, which makes processes slow, every third call
    const tried = occurrences(opening.map(({ call }) => call)).filter((_, index) => !isAsan || index % 3 === 1);
    const wrong: unknown[] = [];
    const workOff = async (): Promise<void> => {
      for (let call = tried.shift(); call !== undefined; call = tried.shift()) {
        const end = await run('openOnly', { sim: { FAIL: `${call}=500001` } });
        const { code } = (end.result ?? {}) as { code?: number };
        const failed = code === 500001 || (code === 200000 && /Create/.test(call));
        if (end.status !== 0 || end.stderr !== '' || !failed) wrong.push({ call, ...end, trace: undefined });
      }
    };
    await Promise.all([workOff(), workOff()]);
    expect(wrong).toEqual([]);
  });
});

/** Each call as the simulator counts it, `name@n`. How often an event is asked is chance, so only its first time is taken. */
function occurrences(calls: readonly string[]): string[] {
  const seen = new Map<string, number>();
  const named = calls.map((call) => {
    const n = (seen.get(call) ?? 0) + 1;
    seen.set(call, n);
    return `${call}@${n}`;
  });
  return named.filter((call) => !/^aclrtQueryEventStatus@(?!1$)/.test(call));
}
