import { describe, expect, it } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import { runCli } from './run-cli';
import { FakeIo, FakePorts } from './testing/fake-ports';
import { temporaryFolder, writePicture } from './testing/pictures';

async function call(argv: string[], set: (io: FakeIo, ports: FakePorts) => void = () => undefined) {
  const io = new FakeIo(await temporaryFolder());
  const ports = new FakePorts();
  await writePicture(`${io.cwd}/good.png`, [0, 200, 200, 0], 2);
  set(io, ports);
  const code = await runCli(argv, io, ports);
  expect(ports.running).toBe(0);
  return { code, io, ports };
}

describe('wrong usage ends with 2, nothing on standard output and a hint', () => {
  it.each([
    [[], 'no command given'],
    [['inspect'], 'argument folder is missing'],
    [['inspect', '.', '--nonsense'], 'unknown option --nonsense'],
    [['inspect', '.', 'x'], 'too many arguments'],
    [['inspect', '.', '--out'], 'option --out <dir> needs a value'],
    [['paint', '.'], 'unknown command paint'],
    [['inspect', '.', '--device', 'toaster'], 'toaster'],
    [['inspect', '.', '--locale', 'fr'], 'fr'],
    [['inspect', '.', '--threshold', '1.5'], 'option --threshold needs a number from 0 to 1, not "1.5"'],
    [['inspect', '.', '--threshold', ''], 'option --threshold'],
    [['inspect', '.', '--min-area', '2.5'], 'option --min-area'],
    [['inspect', '.', '--threads', 'many'], 'option --threads'],
    [['inspect', '.', '--model', 'nope'], 'unknown model nope; there are: first-model, second-model'],
    [['eval', '.', '.', '--metric', 'kind'], 'kind'],
    [['eval', '.'], 'argument masks is missing'],
  ])('%j', async (argv, message) => {
    const { code, io } = await call(argv);
    expect(code).toBe(2);
    expect(io.out).toBe('');
    expect(io.err).toContain(message);
    expect(io.err).toContain('see railscope --help');
  });
});

describe('nothing could be done: 3', () => {
  it('for a folder that is not there, with the reason in both languages', async () => {
    const { code, io } = await call(['inspect', 'nowhere', '--json']);
    expect(code).toBe(3);
    expect(io.json()).toMatchObject({
      error: {
        code: 'folder-missing',
        zh: expect.stringContaining('找不到文件夹') as string,
        en: expect.stringContaining('Folder not found') as string,
      },
    });
    expect(io.err).toContain('nowhere');
  });

  it.each(['backend-unavailable', 'model-hash-mismatch', 'model-missing'] as const)('for %s', async (error) => {
    const { code, io } = await call(
      ['inspect', '.'],
      (_, ports) => (ports.openError = new RailscopeError(error, 'the reason', { path: '/m' })),
    );
    expect(code).toBe(3);
    expect(io.out).toBe('');
    expect(io.err).toMatch(/^Error: /m);
  });
});

describe('help and version', () => {
  it.each([
    ['en', 'Usage:', 'Exit codes:'],
    ['zh-CN', '用法：', '退出码：'],
  ])('speak %s', async (locale, usage, codes) => {
    const { code, io } = await call(['--help', '--locale', locale]);
    expect(code).toBe(0);
    for (const word of [usage, codes, 'inspect', 'eval', 'models', 'devices', 'serve']) expect(io.out).toContain(word);
  });

  it('tells what compat scores', async () => {
    const { code, io } = await call(['eval', '--help']);
    expect(code).toBe(0);
    expect(io.out).toContain('whole-image probability map');
  });

  it('has no English title left in Chinese help', async () => {
    for (const command of ['inspect', 'eval', 'models', 'devices', 'serve']) {
      const { io } = await call([command, '--help', '--locale', 'zh-CN']);
      expect(io.out).not.toMatch(/Usage|Options:|Arguments:|default|choices|display help/);
    }
  });

  it('prints the version', async () => {
    const { code, io } = await call(['--version']);
    expect([code, io.out]).toEqual([0, '9.9.9\n']);
  });
});

describe('models and devices', () => {
  it('list in words', async () => {
    expect((await call(['models'])).io.out).toMatch(/first-model {2}Model first-model.*1\.50 million/);
    const { io } = await call(['devices']);
    expect(io.out).toContain('ort-cpu: available, Some CPU, 2 threads');
    expect(io.out).toContain('ort-cuda: not available, no driver');
  });

  it('list as JSON', async () => {
    const models = [{ id: 'first-model' }, { id: 'second-model' }, { id: 'instance-model', task: 'instance' }];
    expect((await call(['models', '--json'])).io.json()).toMatchObject({ models });
    expect((await call(['devices', '--json'])).io.json()).toMatchObject({ devices: [{ backend: 'ort-cpu' }, { backend: 'ort-cuda' }] });
  });
});
