import { describe, expect, it } from 'vitest';
import type { Defect } from '#shared/domain/defect';
import { defectClasses } from '#shared/domain/defect-classes';
import { BOX_LABEL_HEIGHT_PX, boxText, framedDefects, frameOnCanvas, labelPlace, textColourOn } from './draw-boxes';

const canvas = { width: 800, height: 600 };
const defect = (label: number, score: number | null, decision: Defect['decision'] = 'unreviewed'): Defect => ({
  ...{ label, score, decision, classCode: 'spalling', grade: 'unset', note: '', origin: score === null ? 'human' : 'model' },
  ...{ box: { x: 10, y: 20, width: 30, height: 40 }, areaPx: 5 },
});

describe('frames of instances', () => {
  it('carry class and score in the language of the window', () => {
    expect(boxText(defect(1, 0.914), 'zh-CN')).toBe('剥离掉块 .91');
    expect(boxText(defect(1, 0.999), 'en')).toBe('Spalling 1.0');
    expect(boxText(defect(1, null), 'en')).toBe('Spalling');
    expect(boxText({ classCode: 'joint', score: 0.5 }, 'zh-CN')).toBe('joint .50');
  });

  it('are left out for rejected defects, and for those that the dragged threshold drops', () => {
    const all = [defect(1, 0.9), defect(2, 0.4), defect(3, null), defect(4, 0.8, 'rejected')];
    const labels = (preview: number | null, selected: number | null = null): number[] =>
      framedDefects(all, preview, selected).map(({ label }) => label);
    expect(labels(null)).toEqual([1, 2, 3]);
    expect(labels(0.5)).toEqual([1, 3]);
    expect(labels(null, 4)).toEqual([1, 2, 3, 4]);
  });

  it('follow the view and are skipped outside the canvas', () => {
    expect(frameOnCanvas({ x: 10, y: 20, width: 30, height: 40 }, { zoom: 2, x: 5, y: -10 }, canvas)).toEqual({
      ...{ x: 25, y: 30, width: 60, height: 80 },
    });
    expect(frameOnCanvas({ x: 10, y: 20, width: 30, height: 40 }, { zoom: 1, x: -40, y: 0 }, canvas)).toBeNull();
  });

  it('keep their text inside the canvas', () => {
    const inside = labelPlace({ x: 100, y: 100, width: 50, height: 50 }, 60, canvas);
    expect(inside).toEqual({ x: 100, y: 100 - BOX_LABEL_HEIGHT_PX, width: 68 });
    for (const frame of [
      { x: 790, y: 3, width: 50, height: 50 },
      { x: -30, y: -40, width: 900, height: 900 },
      { x: 5, y: 598, width: 50, height: 50 },
    ]) {
      const { x, y, width } = labelPlace(frame, 60, canvas);
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(canvas.width);
      expect(y + BOX_LABEL_HEIGHT_PX).toBeLessThanOrEqual(canvas.height);
    }
  });

  it('write readable text on every class colour', () => {
    const luminance = (hex: string): number => {
      const channel = (at: number): number => {
        const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      };
      return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
    };
    for (const { colour } of [...defectClasses, { colour: '#999999' }]) {
      const [lighter = 0, darker = 0] = [luminance(colour), luminance(textColourOn(colour))].sort((a, b) => b - a);
      expect((lighter + 0.05) / (darker + 0.05), colour).toBeGreaterThan(4.5);
    }
  });
});
