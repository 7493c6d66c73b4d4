import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { edit, firstImage, humanDefect, listImages, openFixture, picture, until, type Fixture } from '../testing/fixture';

let fixture: Fixture;
afterEach(() => fixture.dispose());

const named = async (relativePath: string) => {
  const image = (await listImages(fixture.service)).find((entry) => entry.relativePath === relativePath);
  if (!image) throw new Error(`${relativePath} is not listed`);
  return image;
};

/** Headers are read after the scan. */
const withHeader = (relativePath: string) =>
  until(async () => {
    const image = await named(relativePath);
    return image.header || image.error ? image : null;
  });

const changeOnDisk = async (relativePath: string, content: Uint8Array): Promise<void> => {
  const file = path.join(fixture.folder, relativePath);
  await writeFile(file, content);
  await utimes(file, 1_700_000_000, 1_700_000_000);
};

describe('scan', () => {
  it('lists what is there in natural order, tells the window, and reads headers', async () => {
    fixture = await openFixture({ 'b/2.png': await picture(), 'b/10.png': await picture(), 'z.png': await picture(), 'notes.txt': 'x' });
    expect((await listImages(fixture.service)).map((image) => image.relativePath)).toEqual(['z.png', 'b/2.png', 'b/10.png']);
    expect(await fixture.service['project.counts'](undefined)).toMatchObject({ images: 3, scanning: false });
    const image = await withHeader('b/10.png');
    expect(image.header).toEqual({ format: 'png', width: 300, height: 280, channels: 1, bitDepth: 8 });
    await until(async () => fixture.events.find(({ event }) => event === 'project.counts') ?? null);
    const told = () =>
      fixture.events.flatMap(({ event, payload }) => (event === 'images.changed' ? (payload as { imageIds: number[] }).imageIds : []));
    await until(async () => (told().includes(image.id) ? true : null));
  });

  it('lists files that are no pictures with the reason', async () => {
    fixture = await openFixture({ 'text.jpg': 'hello', 'empty.png': '', 'good.png': await picture() });
    expect((await withHeader('text.jpg')).error).toMatchObject({ code: expect.stringMatching(/^image-/) as unknown });
    expect((await withHeader('empty.png')).error).toMatchObject({ code: 'image-empty' });
    expect((await withHeader('good.png')).error).toBeNull();
    expect(await fixture.service['project.counts'](undefined)).toMatchObject({ images: 3, unreadable: 2 });
  });

  it('copes with any name', async () => {
    const bytes = await picture();
    const names = [
      'line\nbreak.png',
      `it's "quoted" %_\\.png`,
      'صورة \u202Egnp.png',
      '#?&=+ ;.png',
      `${'长'.repeat(83)}ab.png`,
      '-rf.png',
      ' spaces .png',
    ].filter((name) => Buffer.byteLength(name) <= 255);
    expect(names).toHaveLength(7);
    fixture = await openFixture(Object.fromEntries(names.map((name) => [name, bytes])));
    const images = await listImages(fixture.service);
    expect(images.map((image) => image.relativePath).sort()).toEqual([...names].sort());
    for (const image of images) {
      const document = await fixture.service['editor.load']({ imageId: image.id });
      await fixture.service['editor.commit'](edit(document, { defects: [humanDefect] }));
      expect((await fixture.service.thumbnail({ imageId: image.id })).bytes.length).toBeGreaterThan(100);
    }
    expect(await fixture.service['project.counts'](undefined)).toMatchObject({ images: 7, defects: 7 });
  });

  it('says so when there is nothing to inspect', async () => {
    fixture = await openFixture({ 'readme.txt': 'x' });
    const notice = fixture.events.find(({ event }) => event === 'notice');
    expect(notice?.payload).toMatchObject({ severity: 'warning', error: { code: 'no-images', details: { path: fixture.folder } } });
  });

  it('lists a link to nowhere as unreadable', async () => {
    fixture = await openFixture({ 'a.png': await picture() });
    await symlink(path.join(fixture.folder, 'nowhere'), path.join(fixture.folder, 'link.png'));
    await fixture.reopen();
    expect((await named('link.png')).error).toMatchObject({ code: 'image-missing' });
    await fixture.reopen();
    expect(await fixture.service['project.counts'](undefined)).toMatchObject({ images: 2, unreadable: 1 });
  });

  it('leaves out its own data where that is among the pictures', async () => {
    fixture = await openFixture({ 'a.png': await picture() });
    const dataFolder = path.join(fixture.folder, 'out');
    await mkdir(dataFolder);
    await writeFile(path.join(dataFolder, 'mask.png'), await picture());
    await fixture.service.open({ ...fixture.openInput, dataFolder });
    expect(await fixture.service.scanned(undefined)).toMatchObject({ images: 1 });
  });
});

describe('a file that goes and comes', () => {
  it('keeps the work on a deleted file, and shows it again when the file is back', async () => {
    fixture = await openFixture({ 'a.png': await picture(1), 'b.png': await picture(2) });
    const image = await firstImage(fixture.service);
    const document = await fixture.service['editor.load']({ imageId: image.id });
    await fixture.service['editor.commit'](edit(document, { defects: [humanDefect] }));
    const file = path.join(fixture.folder, 'a.png');
    await rename(file, `${file}.away`);
    await fixture.reopen();
    expect(await named('a.png')).toMatchObject({ id: image.id, defectCount: 1, error: { code: 'image-missing', details: { path: file } } });
    await expect(fixture.service['editor.load']({ imageId: image.id })).rejects.toMatchObject({ code: 'image-missing' });
    await rename(`${file}.away`, file);
    await fixture.reopen();
    expect(await named('a.png')).toMatchObject({ id: image.id, defectCount: 1, error: null });
    expect((await fixture.service['editor.load']({ imageId: image.id })).review.defects).toEqual([humanDefect]);
  });

  it('never shows the masks of a file on the one that replaced it, and gives them back with the old file', async () => {
    fixture = await openFixture({ 'a.png': await picture(1) });
    const { id } = await firstImage(fixture.service);
    const before = await fixture.service['editor.load']({ imageId: id });
    await fixture.service['editor.commit'](edit(before, { defects: [humanDefect], reviewStatus: 'accepted' }));

    await changeOnDisk('a.png', await picture(2, 64, 32));
    await fixture.reopen();
    const fresh = await until(async () => {
      const image = await named('a.png');
      return image.header?.width === 64 && image.reviewStatus === 'unreviewed' ? image : null;
    });
    expect(fresh).toMatchObject({ id, defectCount: 0, inference: 'none', error: null });
    const notice = fixture.events.find(({ event }) => event === 'notice');
    expect(notice?.payload).toMatchObject({ error: { code: 'image-changed' } });
    const after = await fixture.service['editor.load']({ imageId: id });
    expect(after).toMatchObject({ revision: 0, review: { tiles: [], defects: [] } });
    expect(after.contentHash).not.toBe(before.contentHash);
    await expect(fixture.service['editor.commit'](edit(before))).rejects.toMatchObject({ code: 'image-changed' });

    await changeOnDisk('a.png', await picture(1));
    expect(await fixture.service['editor.load']({ imageId: id })).toMatchObject({
      contentHash: before.contentHash,
      revision: 1,
      image: { reviewStatus: 'accepted', defectCount: 1 },
      review: { defects: [{ ...humanDefect, decision: 'accepted' }] },
    });
  });

  it('keeps the work on a file that was only touched', async () => {
    fixture = await openFixture({ 'a.png': await picture(1) });
    const { id } = await firstImage(fixture.service);
    const document = await fixture.service['editor.load']({ imageId: id });
    await fixture.service['editor.commit'](edit(document, { defects: [humanDefect] }));
    await changeOnDisk('a.png', await picture(1));
    await fixture.reopen();
    expect(await fixture.service['editor.load']({ imageId: id })).toMatchObject({ revision: 1, image: { defectCount: 1 } });
  });

  it('gives a status set before the content was known to that content only', async () => {
    fixture = await openFixture({ 'a.png': await picture(1) });
    const { id } = await firstImage(fixture.service);
    await fixture.service['images.setStatus']({ imageId: id, status: 'second-look' });
    expect((await fixture.service['editor.load']({ imageId: id })).image.reviewStatus).toBe('second-look');
    await changeOnDisk('a.png', await picture(3));
    expect((await fixture.service['editor.load']({ imageId: id })).image.reviewStatus).toBe('unreviewed');
  });

  it('does not give it to a file that came before the content was ever known', async () => {
    fixture = await openFixture({ 'a.png': await picture(1) });
    const { id } = await firstImage(fixture.service);
    await fixture.service['images.setStatus']({ imageId: id, status: 'second-look' });
    await changeOnDisk('a.png', await picture(3));
    await fixture.reopen();
    expect((await fixture.service['editor.load']({ imageId: id })).image.reviewStatus).toBe('unreviewed');
  });

  it('tries a file again that was put right', async () => {
    fixture = await openFixture({ 'a.png': 'not a picture' });
    expect((await withHeader('a.png')).error).not.toBeNull();
    await changeOnDisk('a.png', await picture());
    await fixture.reopen();
    expect(await withHeader('a.png')).toMatchObject({ error: null, header: { format: 'png' } });
  });

  it('marks a file that is deleted while it is listed, once it is asked for', async () => {
    fixture = await openFixture({ 'a.png': await picture() });
    const { id } = await firstImage(fixture.service);
    await rm(path.join(fixture.folder, 'a.png'));
    await expect(fixture.service.imageTile({ imageId: id, level: 0, tileX: 0, tileY: 0 })).rejects.toMatchObject({ code: 'image-missing' });
    expect((await named('a.png')).error).toMatchObject({ code: 'image-missing' });
  });
});
