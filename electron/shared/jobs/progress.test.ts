import { describe, expect, it } from 'vitest';
import { ProgressMeter } from './progress';

describe('ProgressMeter', () => {
  it('knows no pace before the first picture', () => {
    let now = 0;
    const meter = new ProgressMeter({ total: 4 }, () => now);
    now = 5000;
    expect(meter.snapshot()).toEqual({ done: 0, failed: 0, total: 4, secondsPerImage: null, imagesPerSecond: null, secondsLeft: null });
  });

  it('stays finite when a picture takes no time', () => {
    const meter = new ProgressMeter({ total: 4 }, () => 0);
    meter.imageDone();
    expect(meter.snapshot()).toMatchObject({ done: 1, secondsPerImage: null, imagesPerSecond: null, secondsLeft: null });
  });

  it('tells pace and time left, failures included', () => {
    let now = 1000;
    const meter = new ProgressMeter({ total: 10 }, () => now);
    now = 5000;
    meter.imageDone();
    meter.imageFailed();
    expect(meter.snapshot()).toEqual({ done: 1, failed: 1, total: 10, secondsPerImage: 2, imagesPerSecond: 0.5, secondsLeft: 16 });
  });

  it('leaves pauses out', () => {
    let now = 0;
    const meter = new ProgressMeter({ total: 4 }, () => now);
    now = 2000;
    meter.imageDone();
    meter.pause();
    meter.pause();
    now = 60_000;
    meter.resume();
    meter.resume();
    now = 62_000;
    meter.imageDone();
    expect(meter.snapshot()).toMatchObject({ secondsPerImage: 2, secondsLeft: 4 });
    expect(meter.workedMs()).toBe(4000);
  });

  it('takes the pace of a resumed job from this start alone', () => {
    let now = 0;
    const meter = new ProgressMeter({ total: 100, done: 50, failed: 2 }, () => now);
    now = 3000;
    meter.imageDone();
    expect(meter.snapshot()).toMatchObject({ done: 51, failed: 2, secondsPerImage: 3, secondsLeft: 141 });
  });

  it('survives a clock that is set back', () => {
    let now = 10_000;
    const meter = new ProgressMeter({ total: 2 }, () => now);
    now = 4000;
    meter.imageDone();
    expect(meter.workedMs()).toBe(0);
    expect(meter.snapshot().secondsLeft).toBeNull();
  });
});
