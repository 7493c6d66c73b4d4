import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cpuThreads } from './cpu-threads';

describe('cpuThreads', () => {
  let root: string;

  beforeEach(async () => {
    root = `${await mkdtemp(path.join(tmpdir(), 'railscope-cpu-'))}/`;
    vi.stubEnv('RAILSCOPE_THREADS', '');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(root, { recursive: true });
  });

  async function write(file: string, text: string): Promise<void> {
    await mkdir(path.dirname(root + file), { recursive: true });
    await writeFile(root + file, text);
  }

  it('takes what the system grants where nothing else is known', () => {
    expect(cpuThreads(root)).toBe(availableParallelism());
  });

  it('counts hyper-threads of one core once', async () => {
    for (const cpu of [0, 1]) await write(`sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, '0-1\n');
    expect(cpuThreads(root)).toBe(1);
  });

  it('keeps to the quota of a container', async () => {
    await write('sys/fs/cgroup/cpu.max', '50000 100000\n');
    expect(cpuThreads(root)).toBe(1);
    await write('sys/fs/cgroup/cpu.max', 'max 100000\n');
    expect(cpuThreads(root)).toBe(availableParallelism());
  });

  it('obeys RAILSCOPE_THREADS', () => {
    vi.stubEnv('RAILSCOPE_THREADS', '37');
    expect(cpuThreads(root)).toBe(37);
  });
});
