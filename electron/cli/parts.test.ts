import { describe, expect, it } from 'vitest';
import { formatDuration, formatRate } from './format';
import { outputNames } from './output-names';
import { pairMasks } from './pair-masks';
import { progressBar, createProgressView } from './progress-view';
import { planReportCommand, type ReportCommandInput } from './report-command';
import { FakeIo } from './testing/fake-ports';
import { chooseLocale, translator } from './texts';
import { en, type TextKey } from './texts/en';
import { zhCn } from './texts/zh-cn';

describe('outputNames', () => {
  const namesOf = (...files: string[]): string[] => files.map((file) => outputNames(files).get(file) ?? '');

  it('drop the extension', () => expect(namesOf('a.jpg', 'sub/a.png')).toEqual(['a', 'sub/a']));
  it('keep it in both where they would be the same', () => expect(namesOf('a.jpg', 'a.png', 'b.png')).toEqual(['a.jpg', 'a.png', 'b']));
  it('take upper case as the same', () => expect(namesOf('A.jpg', 'a.png')).toEqual(['A.jpg', 'a.png']));
  it('stay different when a kept extension meets another name', () => {
    expect(namesOf('a.jpg', 'a.png', 'a.jpg.png')).toEqual(['a.jpg', 'a.png', 'a.jpg.png']);
  });
  it('end for names that differ in case alone', () => expect(namesOf('a.jpg', 'A.jpg')).toEqual(['a.jpg', 'A.jpg']));
});

describe('pairMasks', () => {
  it('pairs by name in the same sub-folder', () => {
    const pairs = pairMasks(['a.jpg', 's/a.jpg', 'b.jpg', 'c.png'], ['s/a.png', 'a.bmp', 'b.mask.png', 'd.png']);
    expect(Object.fromEntries(pairs)).toEqual({ 'a.jpg': 'a.bmp', 's/a.jpg': 's/a.png', 'b.jpg': 'b.mask.png' });
  });

  it('prefers the name with the image extension', () => {
    const pairs = pairMasks(['a.jpg', 'a.png'], ['a.jpg.mask.png', 'a.png.mask.png', 'a.tif']);
    expect(Object.fromEntries(pairs)).toEqual({ 'a.jpg': 'a.jpg.mask.png', 'a.png': 'a.png.mask.png' });
  });
});

describe('progress', () => {
  const progress = { done: 4, failed: 1, total: 20, secondsPerImage: 0.5, imagesPerSecond: 2, secondsLeft: 7.5 };
  const bar = (columns: number, locale: 'en' | 'zh-CN' = 'en'): string => progressBar(progress, columns, translator(locale));

  it('shows a quarter of the bar, rate and time left', () => {
    expect(bar(120)).toBe(`[${'#'.repeat(8)}${'-'.repeat(22)}]  5/20  0.500 s/image  2.00 images/s  00:08 left  1 failed`);
  });

  it.each([100, 80, 60, 40, 20])('fits %i columns in both languages', (columns) => {
    for (const locale of ['en', 'zh-CN'] as const) {
      const cells = Array.from(bar(columns, locale)).reduce((sum, character) => sum + (character > '\u2e80' ? 2 : 1), 0);
      expect(cells).toBeLessThan(columns);
    }
  });

  it('writes a line every five seconds where there is no terminal, and the last', () => {
    let now = 0;
    const io = new FakeIo('/');
    const view = createProgressView(io, translator('en'), false, () => now);
    for (let done = 0; done <= 8; done++) {
      now = done * 1000;
      view.update({ ...progress, done, failed: 0 });
    }
    view.close();
    expect(io.err.match(/^\d+\/20/gm)).toEqual(['0/20', '5/20', '8/20']);
  });

  it('formats durations and rates', () => {
    expect([formatDuration(0.4), formatDuration(59.6), formatDuration(3661)]).toEqual(['00:00', '01:00', '1:01:01']);
    expect([formatRate(0.123), formatRate(12.34), formatRate(507.2)]).toEqual(['0.12', '12.3', '507']);
  });
});

describe('texts', () => {
  it('have the same keys and placeholders in both languages', () => {
    const placeholders = (text: string): string[] => (text.match(/\{\{\w+\}\}/g) ?? []).sort();
    expect(Object.keys(zhCn).sort()).toEqual(Object.keys(en).sort());
    for (const key of Object.keys(en) as TextKey[]) {
      expect(placeholders(zhCn[key])).toEqual(placeholders(en[key]));
      if (key !== 'usage.invalidValue') expect(zhCn[key]).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  it.each([
    [[], {}, 'zh-CN'],
    [[], { LANG: 'zh_CN.UTF-8' }, 'zh-CN'],
    [[], { LANG: 'de_DE.UTF-8' }, 'zh-CN'],
    [[], { LANG: 'en_GB.UTF-8' }, 'en'],
    [[], { LANG: 'C.UTF-8' }, 'en'],
    [[], { LANG: 'C' }, 'en'],
    [[], { LANG: 'en_US', LC_ALL: 'zh_CN.UTF-8' }, 'zh-CN'],
    [['--locale', 'zh-CN'], { LANG: 'en_US' }, 'zh-CN'],
    [['--locale=en'], {}, 'en'],
    [['--locale', 'klingon'], { LANG: 'en_US' }, 'en'],
  ])('%j %j → %s', (argv, env, locale) => expect(chooseLocale(argv, env)).toBe(locale));
});

describe('planReportCommand', () => {
  const input: ReportCommandInput = {
    ...{ electron: '/e/electron', root: '/app', folder: '/in', dataFolder: '/data', outputPath: '/out.pdf', locale: 'zh-CN' },
    ...{ platform: 'linux', env: { DISPLAY: ':0' }, isRoot: false, hasXvfbRun: true },
  };
  const args = ['/app', '--railscope-report=/out.pdf', '--railscope-project=/in', '--railscope-data=/data', '--railscope-locale=zh-CN'];

  it('starts Electron on the display', () => expect(planReportCommand(input)).toEqual({ command: '/e/electron', args }));
  it('leaves the sandbox only for root', () =>
    expect(planReportCommand({ ...input, isRoot: true }).args).toEqual([...args, '--no-sandbox']));
  it('takes Wayland too', () => expect(planReportCommand({ ...input, env: { WAYLAND_DISPLAY: 'w' } }).command).toBe('/e/electron'));
  it('needs no display off Linux', () => expect(planReportCommand({ ...input, env: {}, platform: 'darwin' }).command).toBe('/e/electron'));
  it('uses xvfb-run without a display', () => {
    expect(planReportCommand({ ...input, env: {} })).toEqual({ command: 'xvfb-run', args: ['-a', '/e/electron', ...args] });
  });
  it('names the command to install Xvfb where both are missing', () => {
    const plan = (isRoot: boolean) => () => planReportCommand({ ...input, env: {}, hasXvfbRun: false, isRoot });
    expect(plan(false)).toThrow('sudo apt-get install -y xvfb xauth');
    expect(plan(true)).toThrow(/: apt-get install -y xvfb xauth/);
  });
});
