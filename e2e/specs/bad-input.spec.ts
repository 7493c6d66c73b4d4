import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFixtures } from '#imaging/testing';
import { allImages, everyImageTried } from '../fixtures/bridge';
import { demoImages, expect, repositoryRoot, test } from '../fixtures/application';
import { WorkspacePage } from '../pages/workspace-page';

test('broken and odd files: each says what is wrong, the others are inspected', async ({ start, scratch }) => {
  const folder = path.join(scratch, 'mixed');
  await mkdir(folder);
  const files = await writeFixtures(folder);
  const { page } = await start({ folder });
  await everyImageTried(page, Object.keys(files).length);
  const rows = await allImages(page);
  const broken = rows.filter((row) => row.error !== null);
  expect(new Set(broken.map((row) => row.error?.code))).toEqual(new Set(['image-truncated', 'image-corrupt', 'image-empty']));
  expect(rows.filter((row) => row.inference === 'done')).toHaveLength(rows.length - broken.length);

  const workspace = new WorkspacePage(page);
  const empty = broken.find((row) => row.error?.code === 'image-empty');
  await workspace.openImage(empty?.relativePath ?? '');
  const message = page.getByTestId('image-error');
  await expect(message).toContainText(path.basename(empty?.relativePath ?? ''));
  await expect(message).toContainText('0');
  await page.getByTestId('language-switch').click();
  await expect(message).toContainText(/empty/i);
});

test('a picture that is deleted while it waits fails alone', async ({ start, demoCopy }) => {
  const { page } = await start({ folder: demoCopy });
  const victim = '1500250100066.jpg';
  await expect.poll(async () => (await allImages(page)).length).toBe(12);
  await rm(path.join(demoCopy, 'rail', victim));
  await everyImageTried(page, 12);
  const rows = await allImages(page);
  expect(rows.find((row) => row.relativePath.endsWith(victim))?.error?.code).toBe('image-missing');
  expect(rows.filter((row) => row.inference === 'done')).toHaveLength(11);
});

test('a model whose weights were changed is refused by name', async ({ start, demoCopy, scratch }) => {
  const catalog = path.join(scratch, 'catalog');
  await cp(path.join(repositoryRoot, 'models/catalog/u2netp-surface'), path.join(catalog, 'u2netp-surface'), { recursive: true });
  await writeFile(path.join(catalog, 'u2netp-surface/u2netp-surface.onnx'), 'other bytes');
  const { page } = await start({ folder: demoCopy, env: { RAILSCOPE_CATALOG: catalog } });
  await expect(new WorkspacePage(page).notice().first()).toContainText('u2netp-surface', { timeout: 30_000 });
  expect((await allImages(page)).every((row) => row.inference !== 'done')).toBe(true);
});

test('a folder without pictures says so', async ({ start, scratch }) => {
  const folder = path.join(scratch, 'nothing here');
  await mkdir(folder);
  await cp(path.join(demoImages, '../ATTRIBUTION.md'), path.join(folder, 'readme.md'));
  const { page } = await start({ folder });
  await expect(page.getByTestId('empty-folder')).toBeVisible();
});
