import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startFakeChild, type FakeChild } from '../testing/fake-child';
import { supervise, type Supervised, type SupervisorOptions } from './supervisor';

interface Echo {
  echo(input: string): Promise<string>;
  never(input: undefined): Promise<void>;
}

let children: FakeChild[];
let gone: { reason: string; willRestart: boolean }[];

function setUp(change: Partial<SupervisorOptions<Echo>> = {}): Supervised<Echo> {
  return supervise<Echo>({
    name: 'project',
    start() {
      const index = children.length + 1;
      const child = startFakeChild<Echo>({ echo: async (text) => `${text} ${index}`, never: () => new Promise(() => undefined) });
      children.push(child);
      return child;
    },
    onGone: (reason, willRestart) => gone.push({ reason, willRestart }),
    backoffMs: [0, 10, 20],
    ...change,
  });
}

beforeEach(() => {
  children = [];
  gone = [];
});
afterEach(() => {
  vi.useRealTimers();
});

describe('supervise', () => {
  it('starts the process with the first call', async () => {
    const process = setUp();
    expect(children).toHaveLength(0);
    expect(await process.call.echo('a')).toBe('a 1');
    expect(await process.call.echo('b')).toBe('b 1');
  });

  it('fails open calls when the process ends, and answers the next one from a new process', async () => {
    const process = setUp();
    await process.call.echo('a');
    const open = process.call.never(undefined);
    await new Promise(setImmediate);
    children[0]?.crash('exit code 5');
    await expect(open).rejects.toMatchObject({ code: 'process-gone', details: { process: 'project', reason: 'exit code 5' } });
    expect(await process.call.echo('b')).toBe('b 2');
    expect(gone).toEqual([{ reason: 'exit code 5', willRestart: true }]);
  });

  it('holds calls back until what was open is open again', async () => {
    const steps: string[] = [];
    const process = setUp({
      async onRestarted(call) {
        steps.push(await call.echo('reopen'));
      },
    });
    await process.call.echo('a');
    children[0]?.crash('x');
    steps.push(await process.call.echo('later'));
    expect(steps).toEqual(['reopen 2', 'later 2']);
  });

  it('goes on when it ends again while it is being prepared', async () => {
    const process = setUp({
      async onRestarted(call) {
        if (children.length === 2) children[1]?.crash('again');
        await call.echo('reopen');
      },
    });
    await process.call.echo('a');
    children[0]?.crash('x');
    expect(await process.call.echo('b')).toBe('b 3');
  });

  it('gives up after as many restarts as there are pauses', async () => {
    const process = setUp({ backoffMs: [0, 0] });
    for (let n = 0; n < 3; n++) {
      await process.call.echo('a');
      children.at(-1)?.crash(`crash ${n}`);
    }
    await expect(process.call.echo('b')).rejects.toMatchObject({ code: 'process-gone' });
    expect(children).toHaveLength(3);
    expect(gone.map(({ willRestart }) => willRestart)).toEqual([true, true, false]);
  });

  it('forgets old crashes of a process that was healthy since', async () => {
    let nowMs = 0;
    const process = setUp({ backoffMs: [0], healthyAfterMs: 1000, now: () => nowMs });
    for (let n = 0; n < 3; n++) {
      await process.call.echo('a');
      nowMs += 2000;
      children.at(-1)?.crash('x');
    }
    expect(await process.call.echo('b')).toBe('b 4');
  });

  it('delivers events across restarts, once each', async () => {
    const process = setUp();
    const heard: unknown[] = [];
    process.on('tick', (payload) => heard.push(payload));
    await process.call.echo('a');
    children[0]?.server.emit('tick', 1);
    await vi.waitFor(() => expect(heard).toEqual([1]));
    const stop = process.on('tick', (payload) => heard.push(`second ${String(payload)}`));
    children[0]?.crash('x');
    await process.call.echo('b');
    children[1]?.server.emit('tick', 2);
    await vi.waitFor(() => expect(heard).toEqual([1, 2, 'second 2']));
    stop();
    children[1]?.server.emit('tick', 3);
    await vi.waitFor(() => expect(heard).toEqual([1, 2, 'second 2', 3]));
  });

  it('restarts a process on demand and names the reason', async () => {
    const process = setUp();
    await process.call.echo('a');
    process.restart('hung');
    expect(await process.call.echo('b')).toBe('b 2');
    expect(gone).toEqual([{ reason: 'hung', willRestart: true }]);
  });

  it('does not start again after stop', async () => {
    const process = setUp();
    await process.call.echo('a');
    process.stop();
    await expect(process.call.echo('b')).rejects.toMatchObject({ code: 'process-gone' });
    expect(children).toHaveLength(1);
    expect(gone).toEqual([]);
  });

  it('may be awaited by accident', async () => {
    const process = setUp();
    await Promise.resolve(process.call);
    expect(children).toHaveLength(0);
  });
});
