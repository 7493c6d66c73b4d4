import { describe, expect, it } from 'vitest';
import type { Tensors } from '../backends/backend';
import { instanceManifest, testManifest } from '../testing/manifests';
import { checkOutputs } from './output-shapes';

const tensor = (...dims: number[]): { dims: number[]; data: Float32Array } => ({
  dims,
  data: new Float32Array(dims.reduce((product, size) => product * size, 1)),
});
const message = (outputs: Tensors, count = 2): string => {
  try {
    checkOutputs(instanceManifest(), outputs, count);
    return '';
  } catch (error) {
    return String(error);
  }
};

describe('checkOutputs', () => {
  const good: Tensors = {
    boxes: tensor(2, 9, 4),
    scores: tensor(2, 9),
    classes: tensor(2, 9),
    attentions: tensor(2, 9, 2 * 9),
    bases: tensor(2, 2, 8, 16),
  };

  it('passes what the manifest says, with any number of candidates', () => {
    expect(message(good)).toBe('');
    checkOutputs(testManifest(), { probability: tensor(3, 1, 7, 5) }, 3);
  });

  it.each([
    ['scores', undefined],
    ['scores', tensor(2, 9, 1)],
    ['boxes', tensor(2, 8, 4)],
    ['boxes', tensor(1, 9, 4)],
    ['classes', tensor(2, 1)],
    ['attentions', tensor(2, 9, 17)],
    ['bases', tensor(2, 2, 8, 8)],
    ['bases', { dims: [2, 2, 8, 16], data: new Float32Array(3) }],
  ])('names %s of another shape', (name, changed) => {
    const rest = Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
    expect(message(changed ? { ...rest, [name]: changed } : rest)).toContain(`output ${name} has shape [`);
  });
});
