import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeGreyPng, encodeGreyPng, encodeRgbaPng } from './png';
import { sharp } from './sharp-setup';
import { codeOf } from './testing/expect-code';
import { makeTempFolder, removeTempFolder } from './testing/temp-folder';

let folder: string;
beforeAll(async () => {
  folder = await makeTempFolder();
});
afterAll(() => removeTempFolder(folder));

const samples = Uint8Array.from({ length: 300 * 200 }, (_, i) => (i * 13 + (i >> 7)) % 256);

it.each([undefined, 0, 9])('writes grey PNG at level %s and reads it back', async (compressionLevel) => {
  const png = await encodeGreyPng(samples, 300, 200, compressionLevel === undefined ? {} : { compressionLevel });
  // IHDR: 8 bit, colour type 0 (grey)
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([300, 200, 8, 0]);
  const file = path.join(folder, 'grey.png');
  await writeFile(file, png);
  const back = await decodeGreyPng(file);
  expect([back.width, back.height]).toEqual([300, 200]);
  expect(Buffer.compare(back.data, samples)).toBe(0);
});

it('compresses masks', async () => {
  const mask = new Uint8Array(1000 * 1000);
  mask.fill(255, 400_000, 500_000);
  expect((await encodeGreyPng(mask, 1000, 1000)).length).toBeLessThan(20_000);
});

it('writes RGBA without touching colours below alpha', async () => {
  const rgba = Uint8Array.of(255, 0, 0, 255, 10, 200, 30, 128, 1, 2, 3, 0, 9, 8, 7, 1);
  const png = await encodeRgbaPng(rgba, 2, 2);
  expect([png[24], png[25]]).toEqual([8, 6]);
  expect([...(await sharp(png).raw().toBuffer())]).toEqual([...rgba]);
});

it('refuses a 16-bit file where 8 bit is needed', async () => {
  const file = path.join(folder, 'deep.png');
  await writeFile(
    file,
    await sharp(new Uint16Array(16), { raw: { width: 4, height: 4, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer(),
  );
  expect(await codeOf(decodeGreyPng(file))).toBe('image-unsupported');
  expect(await codeOf(decodeGreyPng(path.join(folder, 'none.png')))).toBe('image-missing');
});
