import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeGreyPng } from '#imaging';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { InspectJson } from '../inspect-results';
import { runCli } from '../run-cli';
import { FakeIo, FakePorts } from '../testing/fake-ports';
import { temporaryFolder, writePicture } from '../testing/pictures';

async function setUp() {
  const io = new FakeIo(await temporaryFolder());
  const ports = new FakePorts();
  const inspect = async (...more: string[]): Promise<number> => runCli(['inspect', 'in', ...more], io, ports);
  const picture = (name: string, samples: number[] = [0, 200, 200, 200, 0, 0]): Promise<void> =>
    writePicture(path.join(io.cwd, 'in', name), samples, 3);
  const json = (): InspectJson => io.json() as InspectJson;
  return { io, ports, inspect, picture, json, at: (name: string) => path.join(io.cwd, name) };
}

const listed = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter((name) => /\.(png|json)$/.test(name)).sort();

describe('inspect --json', () => {
  it('prints one object with every image in order, unreadable ones with a reason', async () => {
    const { io, inspect, picture, json, at } = await setUp();
    await picture('10.png');
    await picture('2.png', [0, 0, 0]);
    await mkdir(at('in/sub'));
    await writeFile(at('in/sub/text.jpg'), 'not an image');
    expect(await inspect('--json')).toBe(0);
    expect(io.err).toBe('');
    expect(io.out.trimEnd()).not.toContain('\n');
    expect(json().images).toEqual([
      { path: '2.png', status: 'done', width: 3, height: 1, instances: [], ms: 5 },
      {
        path: '10.png',
        status: 'done',
        width: 3,
        height: 2,
        instances: [{ class: 'defect', score: 0.8765, bbox: [0, 0, 3, 2], areaPx: 3 }],
        ms: 5,
      },
      {
        path: 'sub/text.jpg',
        status: 'failed',
        width: null,
        height: null,
        instances: [],
        ms: 0,
        reason: expect.objectContaining({ code: 'image-corrupt', zh: expect.stringContaining(at('in/sub/text.jpg')) as string }) as object,
      },
    ]);
    const { secondsTotal, imagesPerSecond, ...summary } = json().summary;
    expect(summary).toEqual({
      images: 3,
      failed: 1,
      instances: 1,
      model: 'first-model',
      modelSha256: 'a'.repeat(64),
      backend: 'ort-cpu',
      device: 'Some CPU',
      precision: 'fp32',
    });
    expect(secondsTotal).toBeGreaterThan(0);
    expect(imagesPerSecond).toBeGreaterThan(0);
  });

  it('takes a single image', async () => {
    const { io, ports, picture, json } = await setUp();
    await picture('a.png');
    await picture('b.png');
    expect(await runCli(['inspect', 'in/b.png', '--json'], io, ports)).toBe(0);
    expect(json().images.map((image) => image.path)).toEqual(['b.png']);
  });

  it('ends with 3 when no image could be read, and still lists them', async () => {
    const { inspect, json, at } = await setUp();
    await mkdir(at('in'));
    await writeFile(at('in/empty.png'), '');
    expect(await inspect('--json')).toBe(3);
    expect(json().images).toMatchObject([{ path: 'empty.png', status: 'failed', reason: { code: 'image-empty' } }]);
  });

  it('ends with 3 for a folder without images', async () => {
    const { io, inspect, at } = await setUp();
    await mkdir(at('in'));
    expect(await inspect('--json')).toBe(3);
    expect(io.json()).toMatchObject({ error: { code: 'no-images' } });
  });

  it('passes the options on', async () => {
    const { ports, inspect, picture } = await setUp();
    await picture('a.png');
    await inspect(
      '--model',
      'second-model',
      '--device',
      'cpu',
      '--threads',
      '3',
      '--threshold',
      '0.25',
      '--min-area',
      '7',
      '--region',
      'full',
    );
    expect(ports.opened).toEqual([{ modelId: 'second-model', device: 'cpu', threads: 3, remote: null }]);
    expect(ports.requests).toMatchObject([
      { threshold: 0.25, minimumAreaPx: 7, region: { mode: 'full', box: null }, maskPath: null, wantTiles: false },
    ]);
  });

  it('uses the settings of the model otherwise', async () => {
    const { ports, inspect, picture } = await setUp();
    await picture('a.png');
    await inspect();
    expect(ports.requests).toMatchObject([{ threshold: 0.5, minimumAreaPx: 2, region: { mode: 'auto', box: null } }]);
  });
});

describe('inspect in words', () => {
  it('lists images with defects, failures and the summary', async () => {
    const { io, inspect, picture, at } = await setUp();
    await picture('a.png');
    await writeFile(at('in/broken.png'), 'text');
    expect(await inspect()).toBe(0);
    expect(io.out).toContain('a.png: 1 defect(s)\n');
    expect(io.out).toContain('2 image(s), 1 failed, 1 defect(s)');
    expect(io.err).toContain(`Failed: Image is damaged, or not an image: ${at('in/broken.png')}`);
    expect(io.err).toContain('2/2');
  });

  it('speaks Chinese without being told otherwise', async () => {
    const { io, inspect, picture } = await setUp();
    delete io.env['LANG'];
    await picture('a.png');
    await inspect();
    expect(io.out).toContain('a.png：1 处缺陷');
  });

  it('redraws one line on a terminal', async () => {
    const { io, inspect, picture } = await setUp();
    io.stderrIsTerminal = true;
    await picture('a.png');
    await inspect('--json');
    expect(io.err).toMatch(/\r\u001b\[2K\[#+\] {2}1\/1/);
    expect(io.json()).toMatchObject({ summary: { images: 1 } });
  });
});

describe('inspect --out', () => {
  it('mirrors sub-folders and writes masks of 0 and 255', async () => {
    const { inspect, picture, at } = await setUp();
    await picture('a.png');
    await picture('sub/b.png');
    expect(await inspect('--out', 'out')).toBe(0);
    expect(await listed(at('out'))).toEqual(['a.json', 'a.mask.png', 'sub/b.json', 'sub/b.mask.png']);
    expect([...(await decodeGreyPng(at('out/a.mask.png'))).data]).toEqual([0, 255, 255, 255, 0, 0]);
    const content: unknown = JSON.parse(await readFile(at('out/sub/b.json'), 'utf8'));
    expect(content).toMatchObject({
      path: 'sub/b.png',
      status: 'done',
      mask: 'b.mask.png',
      instances: [{ areaPx: 3 }],
      engine: { modelId: 'first-model' },
    });
  });

  it('does not inspect its own results on a second run', async () => {
    const { inspect, picture, json, io } = await setUp();
    await picture('a.png');
    await inspect('--out', 'in/results/deep');
    io.out = '';
    expect(await inspect('--out', 'in/results/deep', '--json')).toBe(0);
    expect(json().images.map((image) => image.path)).toEqual(['a.png']);
    io.out = '';
    await inspect('--json');
    expect(json().images.map((image) => image.path)).toEqual(['a.png']);
  });

  it('works with results beside the images', async () => {
    const { inspect, picture, json, io, at } = await setUp();
    await picture('a.png');
    await inspect('--out', 'in');
    io.out = '';
    await inspect('--out', 'in', '--json');
    expect(json().images.map((image) => image.path)).toEqual(['a.png']);
    expect(await listed(at('in'))).toEqual(['a.json', 'a.mask.png', 'a.png']);
  });

  it('takes the mask of an earlier run away when an image fails now', async () => {
    const { inspect, picture, at } = await setUp();
    await picture('a.png');
    await picture('b.png');
    await inspect('--out', 'out');
    await writeFile(at('in/b.png'), 'broken now');
    await inspect('--out', 'out');
    expect(await listed(at('out'))).toEqual(['a.json', 'a.mask.png', 'b.json']);
    expect(JSON.parse(await readFile(at('out/b.json'), 'utf8'))).toMatchObject({ status: 'failed', reason: { code: 'image-corrupt' } });
  });

  it('ends with 3 where nothing can be written', async () => {
    const { io, inspect, picture, at } = await setUp();
    await picture('a.png');
    await writeFile(at('file'), '');
    expect(await inspect('--out', 'file/out', '--json')).toBe(3);
    expect(io.json()).toMatchObject({ error: { code: 'write-failed' } });
  });
});

describe('interrupt', () => {
  it('keeps what is finished and ends with 130', async () => {
    const { io, ports, inspect, picture, json, at } = await setUp();
    for (const name of ['1.png', '2.png', '3.png', '4.png', '5.png']) await picture(name);
    ports.beforeAnswer = async ({ path: file }) => {
      if (file.endsWith('1.png')) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
      io.interrupt();
      await new Promise(() => undefined);
    };
    expect(await inspect('--json', '--out', 'out')).toBe(130);
    expect(json()).toMatchObject({ cancelled: true, images: [{ path: '1.png', status: 'done' }], summary: { images: 1 } });
    expect(await listed(at('out'))).toEqual(['1.json', '1.mask.png']);
    expect(ports.running).toBe(0);
  });
});

describe('inspect --report', () => {
  it('stores results and failures in a project and prints it', async () => {
    const { ports, inspect, picture, at } = await setUp();
    await picture('good.png');
    await writeFile(at('in/bad.png'), '');
    expect(await inspect('--report', 'report.pdf')).toBe(0);
    expect(ports.stored).toMatchObject([
      { jobId: 5, imageId: 11, instances: [{ areaPx: 3 }], summary: { engine: { modelId: 'first-model' } } },
    ]);
    expect(ports.storedFailures).toMatchObject([{ jobId: 5, imageId: 12, error: { code: 'image-empty' } }]);
    expect(ports.printed).toMatchObject([{ folder: at('in'), outputPath: at('report.pdf'), locale: 'en' }]);
    expect(ports.requests.every((request) => request.wantTiles)).toBe(true);
    expect(ports.running).toBe(0);
  });

  it('ends with 3 when only the report fails and keeps the results', async () => {
    const { io, ports, inspect, picture, json, at } = await setUp();
    ports.printError = new RailscopeError('report-failed', 'no display', { path: 'report.pdf' });
    await picture('good.png');
    expect(await inspect('--report', 'report.pdf', '--out', 'out', '--json')).toBe(3);
    expect(json()).toMatchObject({ images: [{ path: 'good.png', status: 'done' }], error: { code: 'report-failed' } });
    expect(io.err).toContain('no display');
    expect(await listed(at('out'))).toEqual(['good.json', 'good.mask.png']);
  });

  it('gives a single image a project of its own', async () => {
    const { io, ports, picture } = await setUp();
    await picture('good.png');
    await picture('other.png');
    expect(await runCli(['inspect', 'in/good.png', '--report', 'r.pdf'], io, ports)).toBe(0);
    expect(path.basename(ports.printed[0]?.folder ?? '')).toBe('in');
    expect(ports.printed[0]?.folder).not.toBe(path.join(io.cwd, 'in'));
  });
});
