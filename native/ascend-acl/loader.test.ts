import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeAscend } from './probe';
import { runScenario, simulatorFile, type ScenarioEnd } from './testing/run-scenario';
import { writeIdentityModel } from './testing/sim-models';

describe('loading the library', () => {
  let folder: string;
  let model: string;
  const elements = 8;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope loader 库-'));
    model = await writeIdentityModel(folder, { elements });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const life = (library: string): Promise<ScenarioEnd> => runScenario('life', { args: { model, elements }, library });
  const open = (library: string, env: Record<string, string> = {}): Promise<ScenarioEnd> =>
    runScenario('openOnly', { args: { model }, library, env });
  const refusal = (message: RegExp): unknown => ({
    kind: 'library',
    message: expect.stringMatching(message) as string,
    recovery: 'environment',
  });

  it.each([
    ['whole', 'libascendcl.so'],
    ['split in two', 'split'],
    ['old, without the optional calls', 'old/libascendcl.so'],
  ])('%s', async (_, name) => {
    const end = await life(simulatorFile(name));
    expect(end.stderr).toBe('');
    expect(end).toMatchObject({ status: 0, result: { values: [0, 1, 2, 3, 4, 5] } });
  });

  it('in a path with spaces and Chinese letters, through the environment', async () => {
    await mkdir(path.join(folder, 'lib64'));
    await copyFile(simulatorFile('libascendcl.so'), path.join(folder, 'lib64/libascendcl.so'));
    const end = await open('', { ASCEND_HOME_PATH: folder });
    expect(end).toMatchObject({ status: 0, stderr: '', result: 'opened' });
  });

  it('refuses folders of stubs without opening them, and says so', async () => {
    await mkdir(path.join(folder, 'devlib'));
    await copyFile(simulatorFile('libascendcl.so'), path.join(folder, 'devlib/libascendcl.so'));
    const end = await open(path.join(folder, 'devlib/libascendcl.so'));
    expect(end.result).toMatchObject(refusal(/devlib.*stub/) as object);
  });

  it('explains a stub elsewhere by its code', async () => {
    await copyFile(simulatorFile('stub/libascendcl.so'), path.join(folder, 'linkable.so'));
    const end = await open(path.join(folder, 'linkable.so'));
    expect(end.result).toMatchObject({
      kind: 'acl',
      code: 100039,
      symbol: 'aclInit',
      recovery: 'environment',
      remedy: expect.stringMatching(/devlib/) as string,
    });
  });

  it('explains a missing file, a file that is no library, and a library without the calls', async () => {
    expect((await open(path.join(folder, 'none.so'))).result).toMatchObject(refusal(/none\.so.*cannot open shared object/) as object);
    await writeFile(path.join(folder, 'text.so'), 'not a library');
    expect((await open(path.join(folder, 'text.so'))).result).toMatchObject(refusal(/(file too short|invalid ELF header)/) as object);
    expect((await open('libm.so.6')).result).toMatchObject(refusal(/symbols-missing.*aclInit/) as object);
  });

  it('says that nothing was found', async () => {
    const end = await open('', { ASCEND_HOME_PATH: '', ASCEND_TOOLKIT_HOME: '', LD_LIBRARY_PATH: '', HOME: folder });
    expect(end.result).toMatchObject(refusal(/no usable ACL library/) as object);
  });

  it('is probed by a program of its own', async () => {
    const env = (sim: Record<string, string>): NodeJS.ProcessEnv => ({ ...process.env, ASCEND_COREDUMP_SIGNAL: '', ...sim });
    const libraryPath = simulatorFile('libascendcl.so');
    const good = await probeAscend({ libraryPath, env: env({ ACLSIM_DEVICES: '2', ACLSIM_SOC: 'Ascend310P3' }) });
    expect(good).toMatchObject({ reason: null, load: { loaded: true, libraries: [libraryPath] } });
    expect(good.devices.map(({ deviceId, socName, failure }) => [deviceId, socName, failure])).toEqual([
      [0, 'Ascend310P3', null],
      [1, 'Ascend310P3', null],
    ]);
    expect(good.devices[0]?.totalBytes).toBeGreaterThan(0);
    const bad = await probeAscend({ libraryPath, env: env({ ACLSIM_FAIL: 'aclrtSetDevice=507033' }) });
    expect(bad.reason).toMatch(/aclrtSetDevice returned 507033.*driver, firmware and CANN do not fit/);
    const hanging = await probeAscend({ libraryPath, env: env({ ACLSIM_FAIL: 'aclInit=hang' }), timeoutMs: 500 });
    expect(hanging.reason).toMatch(/did not answer within 0.5 s \(after step load\)/);
    const old = await probeAscend({ libraryPath: simulatorFile('old/libascendcl.so'), env: env({}) });
    expect(old).toMatchObject({ reason: null, cannVersion: null });
  });

  it('turns the library’s signal handlers off before it loads', async () => {
    const args = { model, elements, bridge: simulatorFile('acl-sim-bridge.node') };
    const options = { library: simulatorFile('signals/libascendcl.so'), sim: { STRICT: '0' } };
    const byOther = await runScenario('signalHandlers', { args: { ...args, byAddon: false }, ...options });
    expect(byOther.result).toBeGreaterThan(10);
    const byAddon = await runScenario('signalHandlers', { args: { ...args, byAddon: true }, ...options });
    expect(byAddon).toMatchObject({ status: 0, stderr: '', result: 0 });
  });
});
