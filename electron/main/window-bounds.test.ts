import { describe, expect, it } from 'vitest';
import { defaultWindowSize, initialBounds, minimumWindowSize } from './window-bounds';

const screens = [
  { x: 0, y: 0, width: 1920, height: 1080 },
  { x: 1920, y: 0, width: 1920, height: 1080 },
];
const stored = { x: 2000, y: 50, width: 1500, height: 900, maximised: false };

describe('initialBounds', () => {
  it('has a size of its own at the first start', () => {
    expect(initialBounds(null, screens)).toEqual(defaultWindowSize);
  });

  it('returns to where the window was', () => {
    expect(initialBounds(stored, screens)).toEqual({ x: 2000, y: 50, width: 1500, height: 900 });
  });

  it('does not open on a screen that is gone, nor with its title bar out of reach', () => {
    expect(initialBounds(stored, screens.slice(0, 1))).toEqual({ width: 1500, height: 900 });
    expect(initialBounds({ ...stored, y: -300 }, screens)).toEqual({ width: 1500, height: 900 });
    expect(initialBounds({ ...stored, x: 3800 }, screens)).toEqual({ width: 1500, height: 900 });
  });

  it('is never smaller than the layout allows', () => {
    expect(initialBounds({ ...stored, width: 10, height: 10 }, screens)).toMatchObject(minimumWindowSize);
  });
});
