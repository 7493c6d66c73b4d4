import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { InstanceBlender, type BlendShape } from './blend';
import type { Corners } from './corners';

/** Repeatable numbers −4…4. */
function noise(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, at) => ((Math.imul(at + 1 + seed * 7919, 2_654_435_761) >>> 8) % 8000) / 1000 - 4);
}

/** Bilinear at a position in samples, the edge repeated. */
function sampled(values: Float32Array, from: number, width: number, height: number, x: number, y: number): number {
  const at = (column: number, row: number): number =>
    values[from + Math.min(height - 1, Math.max(0, row)) * width + Math.min(width - 1, Math.max(0, column))] ?? NaN;
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [dx, dy] = [x - x0, y - y0];
  const upper = (1 - dx) * at(x0, y0) + dx * at(x0 + 1, y0);
  const lower = (1 - dx) * at(x0, y0 + 1) + dx * at(x0 + 1, y0 + 1);
  return (1 - dy) * upper + dy * lower;
}

/** The blender by its definition, one bin at a time. @returns probabilities */
function reference(
  shape: BlendShape,
  size: { width: number; height: number },
  bases: Float32Array,
  attention: Float32Array,
  box: Corners,
): number[] {
  const { basisCount, attentionSide, roiSide, basisStride } = shape;
  const grid: number[] = [];
  for (let row = 0; row < roiSide; row++) {
    for (let column = 0; column < roiSide; column++) {
      const x = (box.x0 + ((column + 0.5) / roiSide) * (box.x1 - box.x0)) / basisStride - 0.5;
      const y = (box.y0 + ((row + 0.5) / roiSide) * (box.y1 - box.y0)) / basisStride - 0.5;
      const weights: number[] = [];
      let logit = 0;
      for (let basis = 0; basis < basisCount; basis++) {
        const scale = attentionSide / roiSide;
        const from = basis * attentionSide ** 2;
        weights.push(
          Math.exp(sampled(attention, from, attentionSide, attentionSide, (column + 0.5) * scale - 0.5, (row + 0.5) * scale - 0.5)),
        );
      }
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (let basis = 0; basis < basisCount; basis++) {
        const value = sampled(bases, basis * size.width * size.height, size.width, size.height, x, y);
        logit += ((weights[basis] ?? 0) / total) * value;
      }
      grid.push(1 / (1 + Math.exp(-logit)));
    }
  }
  return grid;
}

describe('InstanceBlender', () => {
  const shape: BlendShape = { basisCount: 4, attentionSide: 14, roiSide: 56, basisStride: 4 };
  const size = { width: 40, height: 24 };

  it.each<[string, Corners]>([
    ['inside', { x0: 21.3, y0: 10.9, x1: 77.7, y1: 60.1 }],
    ['smaller than a bin', { x0: 30.2, y0: 40.1, x1: 33.1, y1: 41.5 }],
    ['the whole input', { x0: 0, y0: 0, x1: 160, y1: 96 }],
    ['at the corner', { x0: 150.5, y0: 90, x1: 160, y1: 96 }],
  ])('agrees with the definition: a box %s', (_, box) => {
    const blender = new InstanceBlender(shape, size);
    for (let seed = 0; seed < 3; seed++) {
      const bases = noise(4 * size.width * size.height, seed);
      const attention = noise(4 * 14 * 14, seed + 100);
      const expected = reference(shape, size, bases, attention, box);
      const grid = blender.blend(bases, attention, box);
      const worst = expected.reduce((most, value, at) => Math.max(most, Math.abs(value * 255 - (grid[at] ?? NaN))), 0);
      // rounding to a byte, and single precision on its edge
      expect(worst).toBeLessThan(0.501);
    }
  });

  it('agrees with the graph of RoiAlign, Resize and Softmax', async () => {
    const session = await ort.InferenceSession.create(path.resolve(import.meta.dirname, '../../testing/fixtures/blend.onnx'));
    const count = 20;
    const bases = noise(4 * size.width * size.height, 11);
    const attentions = noise(count * 784, 12);
    const boxes = Float32Array.from(
      Array.from({ length: count }, (_, i) => [i * 3.3, i * 2.1, i * 3.3 + 20 + i * 3, i * 2.1 + 50 - i * 2]).flat(),
    );
    const { probabilities } = await session.run({
      bases: new ort.Tensor('float32', bases, [1, 4, size.height, size.width]),
      boxes: new ort.Tensor('float32', boxes, [count, 4]),
      attentions: new ort.Tensor('float32', attentions, [count, 784]),
    });
    const blender = new InstanceBlender(shape, size);
    for (let i = 0; i < count; i++) {
      const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = boxes.subarray(i * 4, i * 4 + 4);
      const grid = blender.blend(bases, attentions.subarray(i * 784, (i + 1) * 784), { x0, y0, x1, y1 });
      const expected = (probabilities?.data as Float32Array).subarray(i * 3136, (i + 1) * 3136);
      const worst = expected.reduce((most, value, at) => Math.max(most, Math.abs(value * 255 - (grid[at] ?? NaN))), 0);
      expect(worst).toBeLessThan(0.51);
    }
    await session.release();
  });

  it('gives by hand computed values', () => {
    // one bin per side half: the box covers the 2 × 2 samples of the bases, whose centres are at 2 and 6
    const small: BlendShape = { basisCount: 2, attentionSide: 1, roiSide: 2, basisStride: 4 };
    const bases = Float32Array.from([0, Math.log(3), -Math.log(3), 10, 5, 5, 5, 5]);
    const onlyFirst = new InstanceBlender(small, { width: 2, height: 2 }).blend(bases, Float32Array.from([50, -50]), {
      ...{ x0: 0, y0: 0, x1: 8, y1: 8 },
    });
    expect([...onlyFirst]).toEqual([128, 191, 64, 255]);
    // equal attentions: the mean of the bases; (0 + 5) ÷ 2 = 2.5 → 0.924
    const both = new InstanceBlender(small, { width: 2, height: 2 }).blend(bases, Float32Array.from([0, 0]), {
      x0: 0,
      y0: 0,
      x1: 8,
      y1: 8,
    });
    expect(both[0]).toBe(Math.round(255 / (1 + Math.exp(-2.5))));
  });

  it('gives the same for attentions that differ by a constant, also a very large one', () => {
    const blender = new InstanceBlender(shape, size);
    const bases = noise(4 * size.width * size.height, 5);
    const attention = noise(4 * 14 * 14, 6);
    const box = { x0: 10, y0: 10, x1: 90, y1: 60 };
    const plain = blender.blend(bases, attention, box);
    const shifted = blender.blend(
      bases,
      attention.map((value) => value + 512),
      box,
    );
    expect(Math.max(...plain.map((value, at) => Math.abs(value - (shifted[at] ?? NaN))))).toBeLessThanOrEqual(1);
  });

  it('does not remember the instance before', () => {
    const blender = new InstanceBlender(shape, size);
    const [bases, attention] = [noise(4 * 960, 1), noise(784, 2)];
    const box = { x0: 10, y0: 10, x1: 90, y1: 60 };
    const first = blender.blend(bases, attention, box);
    blender.blend(noise(4 * 960, 3), noise(784, 4), { x0: 0, y0: 0, x1: 9, y1: 9 });
    expect(blender.blend(bases, attention, box)).toEqual(first);
  });
});
