import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashFile, readAndHash } from './hash';
import { codeOf } from './testing/expect-code';
import { makeTempFolder, removeTempFolder } from './testing/temp-folder';

let folder: string;
beforeAll(async () => {
  folder = await makeTempFolder();
});
afterAll(() => removeTempFolder(folder));

it('hashes and reads files larger than one chunk', async () => {
  const file = path.join(folder, 'large.bin');
  const content = Buffer.from(Uint8Array.from({ length: 9_000_001 }, (_, i) => (i * 31 + (i >> 12)) % 251));
  await writeFile(file, content);
  const expected = createHash('sha256').update(content).digest('hex');
  expect(await hashFile(file)).toBe(expected);
  const read = await readAndHash(file);
  expect(read.sha256).toBe(expected);
  expect(read.bytes.equals(content)).toBe(true);
});

it('hashes an empty file', async () => {
  const file = path.join(folder, 'empty.bin');
  await writeFile(file, '');
  expect(await hashFile(file)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect((await readAndHash(file)).bytes.length).toBe(0);
});

it('names missing files and folders', async () => {
  expect(await codeOf(hashFile(path.join(folder, 'none')))).toBe('image-missing');
  expect(await codeOf(readAndHash(path.join(folder, 'none')))).toBe('image-missing');
  expect(await codeOf(hashFile(folder))).toBe('image-unreadable');
});
