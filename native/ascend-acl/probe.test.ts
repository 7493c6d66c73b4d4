import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { doctorText } from './doctor';
import { probeAscend } from './probe';

/** Programs in place of the probe, to see what its caller makes of them; the real one is tested with the simulator. */
describe('probeAscend', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-probe-'));
    vi.stubEnv('RAILSCOPE_NATIVE', folder);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  async function programSaying(...lines: string[]): Promise<void> {
    const file = path.join(folder, 'ascend-probe');
    await writeFile(file, `#!/bin/sh\n${lines.join('\n')}\n`);
    await chmod(file, 0o755);
  }
  const load = `echo '{"step":"load","loaded":true,"libraries":["/x/libascendcl.so"],"attempts":[],"missingRequired":[],"missingOptional":[]}'`;
  const probe = (timeoutMs = 5000): ReturnType<typeof probeAscend> => probeAscend({ libraryPath: '/x/libascendcl.so', timeoutMs });

  it('says that the addon was not built', async () => {
    await expect(probe()).resolves.toMatchObject({ reason: expect.stringMatching(/no Ascend addon/) as string, load: null });
  });

  it('says that there is no device without starting anything', async () => {
    await programSaying('exit 1');
    const { reason, load: loaded } = await probeAscend();
    expect(reason).toMatch(/no Ascend device is visible/);
    expect(loaded).toBeNull();
  });

  it('kills what hangs and says after which step', async () => {
    await programSaying(load, `echo '{"step":"init","cannVersion":"8.1"}'`, 'exec sleep 60');
    const startMs = performance.now();
    const { reason, cannVersion } = await probe(300);
    expect(reason).toBe('the driver did not answer within 0.3 s (after step init)');
    expect(cannVersion).toBe('8.1');
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  it('survives a crash', async () => {
    await programSaying(load, 'kill -SEGV $$');
    await expect(probe()).resolves.toMatchObject({ reason: 'the driver crashed its process (SIGSEGV after step load)' });
  });

  it('explains a failed call and reads on over foreign output', async () => {
    await programSaying(
      'echo noise from a library',
      load,
      `echo '{"step":"init","code":507008,"symbol":"aclInit","detail":"E1"}'`,
      `echo '{"step":"end"}'`,
    );
    const { reason } = await probe();
    expect(reason).toMatch(/^aclInit returned 507008: chip type cannot be read.*\(E1\)/);
  });

  it('uses the devices that work and tells of the others', async () => {
    await programSaying(
      load,
      `echo '{"step":"init"}'`,
      `echo '{"step":"devices","count":2}'`,
      `echo '{"step":"device","deviceId":0,"code":507033,"symbol":"aclrtSetDevice","detail":""}'`,
      `echo '{"step":"device","deviceId":1,"socName":"Ascend310P3","freeBytes":1073741824,"totalBytes":2147483648,"sharedMemory":false}'`,
      `echo '{"step":"end"}'`,
    );
    const report = await probe();
    expect(report.reason).toBeNull();
    const text = doctorText(report, {});
    expect(text).toContain('0  aclrtSetDevice returned 507033');
    expect(text).toContain('1  Ascend310P3  1.0 GiB free of 2.0 GiB');
    expect(text).toContain('usable / 可用');
  });
});
