import { describe, expect, it } from 'vitest';
import { defectSize } from './size';

const defect = { box: { x: 5, y: 6, width: 40, height: 10 }, areaPx: 300 };

describe('the size of a defect', () => {
  it('is in pixels without calibration', () => expect(defectSize(defect, null)).toEqual({ unit: 'px', width: 40, height: 10, area: 300 }));
  it('is in millimetres with one, each axis by its own scale', () =>
    expect(defectSize(defect, { mmPerPxX: 0.5, mmPerPxY: 2, source: 'encoder' })).toEqual({
      unit: 'mm',
      width: 20,
      height: 20,
      area: 300,
    }));
});
