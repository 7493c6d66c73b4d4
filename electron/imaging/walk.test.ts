import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withoutRootRights } from './testing/as-nobody';
import { codeOf } from './testing/expect-code';
import { makeTempFolder, removeTempFolder } from './testing/temp-folder';
import { isImageFileName, walkImages, type WalkOptions } from './walk';

let folder: string;
beforeEach(async () => {
  folder = await makeTempFolder();
});
afterEach(() => removeTempFolder(folder));

async function put(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), 'abc');
  }
}

async function walk(options?: WalkOptions, root = folder): Promise<string[]> {
  const names: string[] = [];
  for await (const found of walkImages(root, options)) names.push(found.relativePath);
  return names;
}

describe('isImageFileName', () => {
  it('knows the endings in any case', () => {
    expect(['a.jpg', 'a.JPEG', 'a.Png', 'a.bmp', 'a.tif', 'b.c.TIFF', '轨道 1.jpg'].every(isImageFileName)).toBe(true);
    expect(['a.txt', 'jpg', 'a.jpg.txt', '.jpg', 'a.webp', 'a.svg', ''].some(isImageFileName)).toBe(false);
  });
});

describe('walkImages', () => {
  it('lists files first, then sub-folders, in natural order', async () => {
    await put('img10.jpg', 'img2.jpg', 'IMG1.jpg', 'note.txt', 'run 10/a.png', 'run 2/b.tif', 'run 2/deep/c.bmp', '轨道/四.jpg');
    expect(await walk()).toEqual(['IMG1.jpg', 'img2.jpg', 'img10.jpg', 'run 2/b.tif', 'run 2/deep/c.bmp', 'run 10/a.png', '轨道/四.jpg']);
  });

  it('tells size and time', async () => {
    await put('a.jpg');
    for await (const found of walkImages(folder)) {
      expect(found.sizeBytes).toBe(3);
      expect(Math.abs(found.modifiedMs - Date.now())).toBeLessThan(600_000);
    }
    expect.assertions(2);
  });

  it('skips hidden names, its own folder and the named ones', async () => {
    await put('a.jpg', '._a.jpg', '.railscope/b.jpg', '.git/c.jpg', 'out/d.jpg', 'keep/e.jpg', 'keep/out/f.jpg', 'other/g.jpg');
    expect(await walk({ skipFolders: ['out', path.join(folder, 'other')] })).toEqual(['a.jpg', 'keep/e.jpg', 'keep/out/f.jpg']);
  });

  it('leaves out masks that the command line wrote, unless they are wanted', async () => {
    await put('a.jpg', 'a.mask.png', 'out/.railscope-output', 'out/a.mask.png', 'out/sub/b.mask.png', 'out/photo.png');
    expect(await walk()).toEqual(['a.jpg', 'a.mask.png', 'out/photo.png']);
    expect(await walk({ outputsToo: true })).toEqual(['a.jpg', 'a.mask.png', 'out/a.mask.png', 'out/photo.png', 'out/sub/b.mask.png']);
  });

  it('follows links once and never in circles', async () => {
    await put('a/one.jpg', 'real.jpg');
    await symlink(folder, path.join(folder, 'a', 'up'));
    await symlink(path.join(folder, 'a'), path.join(folder, 'b'));
    await symlink(path.join(folder, 'real.jpg'), path.join(folder, 'link.jpg'));
    expect(await walk()).toEqual(['link.jpg', 'real.jpg', 'a/one.jpg']);
  });

  it('reports what it cannot read and goes on', async () => {
    await put('a/x.jpg', 'locked/y.jpg', 'z/z.jpg');
    await symlink(path.join(folder, 'nowhere.jpg'), path.join(folder, 'broken.jpg'));
    await chmod(folder, 0o755);
    await chmod(path.join(folder, 'locked'), 0);
    const faults: [string, string][] = [];
    const names = await withoutRootRights(() =>
      walk({ onUnreadable: (file, error) => faults.push([path.relative(folder, file), error.code]) }),
    );
    expect(names).toEqual(['a/x.jpg', 'z/z.jpg']);
    expect(faults).toEqual([
      ['broken.jpg', 'image-missing'],
      ['locked', 'folder-unreadable'],
    ]);
  });

  it('fails where the folder itself is missing or not readable', async () => {
    await put('file.jpg', 'locked/a.jpg');
    await chmod(folder, 0o755);
    await chmod(path.join(folder, 'locked'), 0);
    expect(await codeOf(walk({}, path.join(folder, 'gone')))).toBe('folder-missing');
    expect(await codeOf(walk({}, path.join(folder, 'file.jpg')))).toBe('folder-unreadable');
    expect(await withoutRootRights(() => codeOf(walk({}, path.join(folder, 'locked'))))).toBe('folder-unreadable');
  });

  it('walks a folder whose own name is hidden or a link', async () => {
    await put('.run/a.jpg');
    await symlink(path.join(folder, '.run'), path.join(folder, 'link'));
    expect(await walk({}, path.join(folder, '.run'))).toEqual(['a.jpg']);
    expect(await walk({}, path.join(folder, 'link'))).toEqual(['a.jpg']);
  });

  it('ends when cancelled', async () => {
    await put(...Array.from({ length: 100 }, (_, i) => `${i}.jpg`));
    const controller = new AbortController();
    const names: string[] = [];
    const run = async (): Promise<void> => {
      for await (const found of walkImages(folder, { signal: controller.signal })) {
        names.push(found.relativePath);
        controller.abort();
      }
    };
    expect(await codeOf(run())).toBe('cancelled');
    expect(names.length).toBeLessThan(100);
  });
});
