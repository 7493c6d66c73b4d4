import { describe, expect, it } from 'vitest';
import { sharp } from './sharp-setup';
import { tiffFile } from './testing/tiff-writer';
import { tiffExtent } from './tiff-extent';

const spec = { width: 4, height: 2, bitsPerSample: 8, samplesPerPixel: 3, photometric: 2, pixels: Buffer.alloc(24) };

describe('tiffExtent', () => {
  it('ends after the values that follow the directory', () => {
    // 8 header, 2 + 11 × 12 + 4 directory, two arrays of three shorts
    expect(tiffExtent(tiffFile(spec))).toBe(8 + 138 + 12);
  });

  it('needs more than a file that breaks off in the directory or its values', () => {
    const whole = tiffFile(spec);
    for (const length of [6, 9, 60, 150]) expect(tiffExtent(whole.subarray(0, length))).toBeGreaterThan(length);
  });

  it.each([false, true])('fits what libvips writes (BigTIFF %s)', async (bigtiff) => {
    const bytes = await sharp({ create: { width: 50, height: 40, channels: 3, background: '#abc' } })
      .tiff({ bigtiff })
      .toBuffer();
    expect(bytes.readUInt16LE(2)).toBe(bigtiff ? 43 : 42);
    expect(tiffExtent(bytes)).toBeLessThanOrEqual(bytes.length);
    expect(tiffExtent(bytes.subarray(0, bytes.length - 20))).toBeGreaterThan(bytes.length - 20);
  });
});
