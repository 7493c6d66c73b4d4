import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { driverState, whyNoDevice } from './driver';
import { environmentScripts, libraryCandidates } from './library-search';

describe('looking for the library and the driver', () => {
  let root: string;
  const at = (file: string): string => path.join(root, file);

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'railscope ascend 驱动-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function put(file: string, text = ''): Promise<string> {
    await mkdir(path.dirname(at(file)), { recursive: true });
    await writeFile(at(file), text);
    return at(file);
  }
  const search = (env: NodeJS.ProcessEnv = {}, libraryPath?: string): (readonly string[])[] =>
    libraryCandidates({ env, root, home: at('home'), libraryPath })
      .filter(({ loadedOnly, origin }) => !loadedOnly && origin !== 'dynamic linker')
      .map(({ paths }) => paths);

  it('asks what is loaded first, then the environment, then the usual folders', async () => {
    const toolkit = await put('opt/toolkit/lib64/libascendcl.so');
    const usual = await put('usr/local/Ascend/cann/lib64/libascendcl.so');
    const own = await put('home/Ascend/latest/lib64/libascendcl.so');
    expect(search({ ASCEND_TOOLKIT_HOME: at('opt/toolkit') })).toEqual([[toolkit], [usual], [own]]);
    expect(libraryCandidates({ env: {}, root, home: root })[0]).toEqual({
      origin: 'already loaded',
      paths: ['libascendcl.so'],
      loadedOnly: true,
    });
  });

  it('takes both halves of a split library, resolved', async () => {
    await put('real/libacl_rt.so');
    await put('real/libacl_mdl.so');
    await mkdir(at('usr/local/Ascend/cann/lib64'), { recursive: true });
    for (const name of ['libacl_rt.so', 'libacl_mdl.so']) await symlink(at(`real/${name}`), at(`usr/local/Ascend/cann/lib64/${name}`));
    expect(search()).toEqual([[at('real/libacl_rt.so'), at('real/libacl_mdl.so')]]);
  });

  it('tries nothing else where a library is named', async () => {
    await put('usr/local/Ascend/cann/lib64/libascendcl.so');
    const chosen = await put('chosen/libascendcl.so');
    expect(search({}, chosen)).toEqual([[chosen]]);
    expect(search({}, at('chosen'))).toEqual([[chosen]]);
    expect(search({ ASCEND_OM_ACL_LIB: chosen })).toEqual([[chosen]]);
    expect(search({}, at('other/libacl_rt.so'))).toEqual([[at('other/libacl_rt.so'), at('other/libacl_mdl.so')]]);
    expect(search({}, at('missing.so'))).toEqual([[at('missing.so')]]);
  });

  it('names what LD_LIBRARY_PATH leads to in full, so that a stub is seen before it is opened', async () => {
    const stub = await put('cann/devlib/libascendcl.so');
    const candidates = libraryCandidates({ env: { LD_LIBRARY_PATH: `:${at('cann/devlib')}` }, root, home: root });
    expect(candidates.find(({ origin }) => origin === 'LD_LIBRARY_PATH')?.paths).toEqual([stub]);
    expect(candidates.some(({ origin }) => origin === 'dynamic linker')).toBe(false);
  });

  it('finds the environment scripts, also of numbered installations', async () => {
    const plain = await put('usr/local/Ascend/ascend-toolkit/latest/set_env.sh');
    const numbered = await put('usr/local/Ascend/cann-8.5.0/set_env.sh');
    expect(environmentScripts({ root, home: at('home') })).toEqual([plain, numbered]);
  });

  it('describes the driver and says why there is no device', async () => {
    expect(whyNoDevice(driverState(root, {}))).toBe('no Ascend device is visible (no /dev/davinci0)');
    await put('dev/davinci1');
    await put('dev/davinci0');
    await put('dev/davinci_manual');
    expect(whyNoDevice(driverState(root, {}))).toMatch(/davinci_manager is missing/);
    await put('dev/davinci_manager');
    await put('etc/ascend_install.info', 'UserName=HwHiAiUser\nDriver_Install_Path_Param=/opt/Ascend\n');
    await put('opt/Ascend/driver/version.info', 'Version=24.1.rc3\n');
    await put('usr/local/sbin/npu-smi');
    const state = driverState(root, { PATH: '/nothing' });
    expect(state).toEqual({
      deviceNodes: [0, 1],
      forbidden: [],
      hasManager: true,
      driverVersion: '24.1.rc3',
      driverPath: '/opt/Ascend/driver',
      npuSmi: '/usr/local/sbin/npu-smi',
    });
    expect(whyNoDevice(state)).toBeNull();
    expect(whyNoDevice({ ...state, forbidden: ['/dev/davinci0'] })).toMatch(/no permission for \/dev\/davinci0.*HwHiAiUser/);
  });
});
