import { link, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectOmFile } from './om-file';
import { writeOm } from './testing/om-fixtures';

describe('inspectOmFile', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-om-'));
    await writeOm(at('模型 a.om'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('follows a chain of links and names each', async () => {
    await symlink('模型 a.om', at('one.om'));
    await symlink(at('one.om'), at('two.om'));
    const found = await inspectOmFile(at('two.om'));
    expect(found.realPath).toBe(at('模型 a.om'));
    expect(found.links).toEqual([
      { from: at('two.om'), to: at('one.om') },
      { from: at('one.om'), to: at('模型 a.om') },
    ]);
    expect(found).toMatchObject({ hardLinks: 1, bytes: 320 });
    expect(found.inode).toBe((await inspectOmFile(at('模型 a.om'))).inode);
  });

  it('counts hard links and names the inode in errors', async () => {
    await writeOm(at('short.om'), 10, 20);
    await link(at('short.om'), at('other.om'));
    const failure = inspectOmFile(at('other.om'));
    await expect(failure).rejects.toMatchObject({ kind: 'bad-model', recovery: 'fix-model' });
    await expect(failure).rejects.toThrow(/inode \d+, 2 hard links.*promises 20 bytes of model, the file has 10/);
  });

  it('names the dangling link', async () => {
    await symlink(at('gone.om'), at('one.om'));
    await symlink(at('one.om'), at('two.om'));
    await expect(inspectOmFile(at('two.om'))).rejects.toThrow(`dangling link: ${at('two.om')} -> ${at('one.om')} -> ${at('gone.om')}`);
  });

  it('ends on links in a circle', async () => {
    await symlink(at('b.om'), at('a.om'));
    await symlink(at('a.om'), at('b.om'));
    await expect(inspectOmFile(at('a.om'))).rejects.toThrow('too many symbolic links');
  });

  it.each([
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', /Git LFS pointer/],
    ['something short', 'IMOD', /fewer than its header/],
    ['another format', `ONNX${'x'.repeat(400)}`, /no \.om model/],
  ])('refuses %s', async (_, text, message) => {
    await writeFile(at('other.om'), text);
    await expect(inspectOmFile(at('other.om'))).rejects.toThrow(message);
  });

  it('refuses folders and missing files', async () => {
    await expect(inspectOmFile(folder)).rejects.toThrow('no regular file');
    await expect(inspectOmFile(at('none.om'))).rejects.toMatchObject({ kind: 'bad-model' });
  });

  it('takes the short length where the long one is absent', async () => {
    const header = Buffer.alloc(256);
    header.write('IMOD');
    header.writeUInt32LE(8, 76);
    await writeFile(at('old.om'), Buffer.concat([header, Buffer.alloc(8)]));
    await expect(inspectOmFile(at('old.om'))).resolves.toMatchObject({ bytes: 264 });
  });
});
