import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { throughJpeg } from '../mask-scoring';
import { runCli } from '../run-cli';
import { FakeIo, FakePorts } from '../testing/fake-ports';
import { temporaryFolder, writePicture } from '../testing/pictures';

/** 16 × 16 samples: `inside` in the left half, `outside` in the right; JPEG keeps 8-pixel blocks flat. */
const halves = (inside: number, outside: number): number[] =>
  Array.from({ length: 256 }, (_, index) => (index % 16 < 8 ? inside : outside));
/** `inside` in the top quarter only */
const topQuarter = (inside: number): number[] => Array.from({ length: 256 }, (_, index) => (index < 64 ? inside : 0));

async function setUp() {
  const io = new FakeIo(await temporaryFolder());
  const ports = new FakePorts();
  const write = (name: string, samples: number[]): Promise<void> => writePicture(path.join(io.cwd, name), samples, 16);
  const evaluate = (...more: string[]): Promise<number> => runCli(['eval', 'images', 'masks', '--json', ...more], io, ports);
  return { io, ports, write, evaluate };
}

describe('eval --metric strict', () => {
  it('pools pixels and tells false alarms', async () => {
    const { io, write, evaluate } = await setUp();
    await write('images/a.png', halves(200, 0));
    await write('masks/a.png', topQuarter(255));
    await write('images/clean.png', halves(0, 0));
    await write('masks/clean.png', halves(0, 0));
    await write('images/alarm.png', halves(200, 0));
    await write('masks/alarm.png', halves(127, 0));
    expect(await evaluate('--metric', 'strict')).toBe(0);
    // both 32, predicted 128 + 128, labelled 64
    expect(io.json()).toMatchObject({
      metric: 'strict',
      PA: 0.5,
      mIoU: 32 / (256 + 64 - 32),
      mDice: 64 / (256 + 64),
      images: 3,
      emptyLabels: 2,
      falseAlarmRate: 0.5,
      nonEmptyLabels: { images: 1, PA: 0.5 },
      model: 'first-model',
      failed: [],
      unpaired: [],
    });
  });
});

describe('eval --metric compat', () => {
  it('runs the published procedure on the probability map', async () => {
    const { io, ports, write, evaluate } = await setUp();
    await write('images/a.png', halves(60, 10));
    await write('masks/a.png', halves(255, 0));
    expect(await evaluate()).toBe(0);
    const { PA, mIoU } = io.json() as { PA: number; mIoU: number };
    // far below 0.5 everywhere, yet Otsu finds the half; flat blocks survive the JPEG
    expect([PA, mIoU]).toEqual([1, 1]);
    expect(ports.requests).toMatchObject([{ region: { mode: 'full' }, maskPath: null, wantTiles: false }]);
  });

  it('refuses a model of instances, which gives no probability map', async () => {
    const { io, ports, write, evaluate } = await setUp();
    await write('images/a.png', halves(60, 10));
    await write('masks/a.png', halves(255, 0));
    expect(await evaluate('--model', 'instance-model')).toBe(2);
    expect(io.err).toContain('--metric strict');
    expect(ports.opened).toEqual([]);
    expect(await evaluate('--model', 'instance-model', '--metric', 'strict')).toBe(0);
  });

  it('has no PA where a label is empty, and says what it is without', async () => {
    const { io, write, evaluate } = await setUp();
    await write('images/a.png', halves(200, 0));
    await write('masks/a.png', halves(255, 0));
    await write('images/b.png', halves(200, 0));
    await write('masks/b.png', halves(0, 0));
    expect(await evaluate()).toBe(0);
    expect(io.json()).toMatchObject({ PA: null, mIoU: 0.5, emptyLabels: 1, nonEmptyLabels: { images: 1, PA: 1, mIoU: 1 } });
  });
});

describe('eval --predictions', () => {
  it('scores ready masks without a model', async () => {
    const { io, ports, write, evaluate } = await setUp();
    await write('images/sub/a.png', halves(0, 0));
    await write('masks/sub/a.png', halves(255, 0));
    await write('done/sub/a.mask.png', topQuarter(255));
    expect(await evaluate('--predictions', 'done', '--metric', 'strict')).toBe(0);
    expect(io.json()).toMatchObject({ PA: 0.25, images: 1 });
    expect(io.json()).not.toHaveProperty('model');
    expect(ports.opened).toEqual([]);
  });

  it('counts only 255 in compat', async () => {
    const { io, write, evaluate } = await setUp();
    await write('images/a.png', halves(0, 0));
    await write('masks/a.png', halves(255, 0));
    await write('done/a.png', topQuarter(254));
    await evaluate('--predictions', 'done');
    expect(io.json()).toMatchObject({ metric: 'compat', PA: 0 });
  });

  it('lists predictions that are missing or of another size', async () => {
    const { io, write, evaluate } = await setUp();
    for (const name of ['a', 'b', 'c']) {
      await write(`images/${name}.png`, halves(0, 0));
      await write(`masks/${name}.png`, halves(255, 0));
    }
    await write('done/a.png', halves(255, 0));
    await write('done/b.png', halves(255, 0).slice(0, 128));
    expect(await evaluate('--predictions', 'done', '--metric', 'strict')).toBe(0);
    expect(io.json()).toMatchObject({
      images: 1,
      PA: 1,
      failed: [
        { path: 'b.png', reason: { code: 'masks-mismatch' } },
        { path: 'c.png', reason: { code: 'masks-mismatch' } },
      ],
    });
  });
});

describe('pairing', () => {
  it('leaves out images without a mask and says so', async () => {
    const { io, write, evaluate } = await setUp();
    await write('images/a.png', halves(200, 0));
    await write('images/b.png', halves(200, 0));
    await write('masks/a.png', halves(255, 0));
    expect(await evaluate('--metric', 'strict')).toBe(0);
    expect(io.json()).toMatchObject({ images: 1, unpaired: ['b.png'] });
  });

  it('ends with 3 where no mask fits', async () => {
    const { io, write, evaluate } = await setUp();
    await write('images/a.png', halves(200, 0));
    await write('masks/x.png', halves(255, 0));
    expect(await evaluate()).toBe(3);
    expect(io.json()).toMatchObject({ error: { code: 'masks-mismatch' } });
  });
});

describe('throughJpeg', () => {
  it('keeps flat masks and loses exact white at the edge of a blob', async () => {
    expect(new Set(await throughJpeg(new Uint8Array(256).fill(255), 16, 16))).toEqual(new Set([255]));
    const disc = Uint8Array.from({ length: 4096 }, (_, index) =>
      Math.hypot((index % 64) - 31, Math.floor(index / 64) - 29) < 19 ? 255 : 0,
    );
    const white = (bytes: Uint8Array): number => bytes.filter((value) => value === 255).length;
    const back = await throughJpeg(disc, 64, 64);
    expect(back).toHaveLength(4096);
    expect(white(back)).toBeLessThan(white(disc) * 0.95);
    expect(white(back)).toBeGreaterThan(white(disc) * 0.6);
  });
});
