import { describe, expect, it } from 'vitest';
import { summariseLatency } from '#shared/measure/latency';
import { chooseBest, devicesToMeasure, precisionsOf, threadCounts, type Measured, type Setting } from './sweep';

function row(tilesPerSecond: number, change: Partial<Setting> = {}): Measured {
  const setting: Setting = { device: 'cpu', precision: 'fp32', threads: 0, batch: 1, processes: 1, ...change };
  const engine = { modelId: 'm', modelSha256: 'a', backend: 'ort-cpu', device: 'CPU', precision: setting.precision } as const;
  const speed = { engine, threads: 2, batch: setting.batch, loadMs: 1, firstRunMs: 1, runsMs: [1], peakMemoryBytes: 1 };
  return { stage: 'precision', setting, speed, latency: summariseLatency([1]), tilesPerSecond };
}

describe('the sweep', () => {
  it('measures what is available, or what was asked for', () => {
    const state = (backend: 'ort-cpu' | 'ort-cuda' | 'acl-sim', available: boolean) => ({
      backend,
      available,
      device: '',
      reason: null,
      threads: null,
    });
    const states = [state('ort-cuda', false), state('ort-cpu', true), state('acl-sim', true)];
    expect(devicesToMeasure(states, [])).toEqual(['cpu']);
    expect(devicesToMeasure(states, ['cuda'])).toEqual(['cuda']);
  });

  it('gives .om files to Ascend only', () => {
    expect(precisionsOf('cpu', ['fp32', 'int8', 'om'], [])).toEqual(['fp32', 'int8']);
    expect(precisionsOf('ascend', ['fp32', 'om'], [])).toEqual(['om']);
    expect(precisionsOf('cpu', ['fp32', 'int8'], ['int8', 'om'])).toEqual(['int8']);
  });

  it('doubles threads up to the largest', () => {
    expect(threadCounts(1)).toEqual([1]);
    expect(threadCounts(6)).toEqual([1, 2, 4, 6]);
  });
});

describe('the best setting', () => {
  it('is the fastest of one process', () => {
    const fast = row(9, { batch: 4 });
    expect(chooseBest([row(5), fast, row(20, { processes: 2 })], ['fp32'])).toBe(fast);
  });

  it('is not one whose masks do not agree', () => {
    const plain = row(5);
    expect(chooseBest([plain, row(9, { precision: 'int8' })], ['fp32'])).toBe(plain);
  });

  it('takes the smaller batch, then the better precision, of about equal ones', () => {
    const small = row(10);
    expect(chooseBest([row(10.2, { batch: 8 }), small, row(10.1, { precision: 'int8' })], ['fp32', 'int8'])).toBe(small);
  });

  it('is none where nothing was measured', () => {
    expect(chooseBest([], ['fp32'])).toBeNull();
  });
});
