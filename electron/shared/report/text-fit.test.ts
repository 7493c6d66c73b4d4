import { describe, expect, it } from 'vitest';
import { lineStarts } from './text-fit';

const lines = (text: string, widthEm: number): string[] => {
  const starts = lineStarts(text, widthEm);
  return starts.map((start, index) => text.slice(start, starts[index + 1] ?? text.length));
};

describe('lineStarts', () => {
  it('gives an empty text one line', () => {
    expect(lineStarts('', 20)).toEqual([0]);
  });

  it('keeps line breaks of the writer', () => {
    expect(lines('一\n二\n', 20)).toEqual(['一\n', '二\n', '']);
  });

  it('breaks Chinese anywhere, one em a character', () => {
    expect(lines('轨面擦伤轨面擦伤', 5)).toEqual(['轨面擦伤', '轨面擦伤']);
  });

  it('breaks Latin text at spaces', () => {
    expect(lines('grind the rail soon', 8)).toEqual(['grind the ', 'rail soon']);
  });

  it('cuts a word that is wider than the column', () => {
    const parts = lines('x'.repeat(40), 7);
    expect(parts.join('')).toBe('x'.repeat(40));
    expect(parts.map((part) => part.length)).toEqual([10, 10, 10, 10]);
  });

  it('never splits a character of two code units', () => {
    expect(lines('𠀀𠀁𠀂', 3)).toEqual(['𠀀𠀁', '𠀂']);
  });
});
