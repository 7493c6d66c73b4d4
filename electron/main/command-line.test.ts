import { describe, expect, it } from 'vitest';
import { parseCommandLine } from './command-line';

const development = { packaged: false, cwd: '/home/me' };

describe('parseCommandLine', () => {
  it('takes the folder after the application folder, made absolute', () => {
    expect(parseCommandLine(['/e/electron', '--no-sandbox', '.', 'run 7'], development)).toEqual({
      kind: 'window',
      folder: '/home/me/run 7',
      dataFolder: null,
      demo: false,
    });
  });

  it('takes the first word of a packaged application as the folder', () => {
    expect(parseCommandLine(['/opt/railscope', '/data/run'], { packaged: true, cwd: '/' })).toMatchObject({ folder: '/data/run' });
  });

  it('opens nothing when only the application folder is named', () => {
    expect(parseCommandLine(['electron', '.'], development)).toMatchObject({ folder: null, demo: false });
  });

  it('knows the demo switch and the data folder', () => {
    expect(parseCommandLine(['electron', '.', '--railscope-demo', '--railscope-data=d'], development)).toMatchObject({
      demo: true,
      dataFolder: '/home/me/d',
    });
  });

  it('reads a report request', () => {
    const argv = ['electron', '.', '--railscope-report=out.pdf', '--railscope-project=/p', '--railscope-data=/d', '--railscope-locale=en'];
    expect(parseCommandLine(argv, development)).toEqual({
      kind: 'report',
      outputPath: '/home/me/out.pdf',
      folder: '/p',
      dataFolder: '/d',
      locale: 'en',
    });
  });

  it('prints Chinese reports unless told otherwise', () => {
    expect(parseCommandLine(['e', '.', '--railscope-report=o.pdf', '--railscope-project=p'], development)).toMatchObject({
      locale: 'zh-CN',
    });
  });

  it('refuses a report without a project or in an unknown language', () => {
    expect(() => parseCommandLine(['e', '.', '--railscope-report=o.pdf'], development)).toThrow(/railscope-project/);
    expect(() =>
      parseCommandLine(['e', '.', '--railscope-report=o.pdf', '--railscope-project=p', '--railscope-locale=fr'], development),
    ).toThrow(/zh-CN, en/);
  });
});
