import { describe, expect, it } from 'vitest';
import { boxInPercent, contextBox, cropBox, fitInside, roundLength, scaleBar } from './geometry';

describe('cropBox', () => {
  it('is a square with room around the defect', () => {
    expect(cropBox({ x: 500, y: 600, width: 200, height: 100 }, 2048, 2000)).toEqual({ x: 440, y: 490, width: 320, height: 320 });
  });

  it('moves inside the picture at its edge', () => {
    expect(cropBox({ x: 0, y: 1990, width: 10, height: 10 }, 2048, 2000)).toEqual({ x: 0, y: 1872, width: 128, height: 128 });
  });

  it('is no larger than the picture, down to one pixel', () => {
    expect(cropBox({ x: 0, y: 0, width: 50, height: 20 }, 60, 30)).toEqual({ x: 0, y: 0, width: 60, height: 30 });
    expect(cropBox({ x: 0, y: 0, width: 0, height: 0 }, 1, 0)).toEqual({ x: 0, y: 0, width: 1, height: 1 });
  });
});

describe('contextBox', () => {
  it('is the whole picture as a rule', () => {
    expect(contextBox({ x: 5, y: 5, width: 9, height: 9 }, 2048, 2000)).toEqual({ x: 0, y: 0, width: 2048, height: 2000 });
  });

  it('is a part of a strip, with the defect in it', () => {
    const box = contextBox({ x: 29_000, y: 10, width: 100, height: 100 }, 30_000, 1100);
    expect(box).toEqual({ x: 24_500, y: 0, width: 5500, height: 1100 });
  });

  it('never cuts the defect', () => {
    expect(contextBox({ x: 1000, y: 0, width: 9000, height: 10 }, 30_000, 1000).width).toBe(9000);
  });
});

describe('boxInPercent', () => {
  it('places a box in the frame', () => {
    const frame = { x: 100, y: 100, width: 200, height: 400 };
    expect(boxInPercent({ x: 150, y: 200, width: 20, height: 40 }, frame)).toEqual({
      left: '25%',
      top: '25%',
      width: '10%',
      height: '10%',
    });
  });
});

describe('fitInside', () => {
  it('keeps the shape and touches one side', () => {
    expect(fitInside({ x: 0, y: 0, width: 200, height: 100 }, 86, 98)).toEqual({ width: 86, height: 43 });
    expect(fitInside({ x: 0, y: 0, width: 100, height: 200 }, 86, 98)).toEqual({ width: 49, height: 98 });
  });
});

describe('scaleBar', () => {
  it.each([
    [1, 1],
    [99, 50],
    [0.07, 0.05],
    [2100, 2000],
  ])('rounds %d down to %d', (limit, expected) => {
    expect(roundLength(limit)).toBeCloseTo(expected, 9);
  });

  it('is in pixels without a calibration', () => {
    expect(scaleBar(300, null)).toEqual({ length: 100, unit: 'px', fraction: 1 / 3, bothAxes: true });
  });

  it('is never shorter than one pixel', () => {
    expect(scaleBar(1, null)).toMatchObject({ length: 1, fraction: 1 });
  });

  it('is in mm with one, along the width', () => {
    expect(scaleBar(300, { mmPerPxX: 0.2, mmPerPxY: 0.2 })).toEqual({ length: 20, unit: 'mm', fraction: 1 / 3, bothAxes: true });
    expect(scaleBar(300, { mmPerPxX: 0.2, mmPerPxY: 0.5 }).bothAxes).toBe(false);
  });
});
