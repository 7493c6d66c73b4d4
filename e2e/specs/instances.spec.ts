import { spawnSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import { expect, repositoryRoot, test } from '../fixtures/application';
import { blobPictures, instanceCatalog, writeBlobPictures } from '../fixtures/blob-pictures';
import { allImages, ask, everyImageTried } from '../fixtures/bridge';
import { readPdf } from '../fixtures/pdf';
import { EditorPage } from '../pages/editor-page';
import { ReportPage } from '../pages/report-page';
import { WorkspacePage } from '../pages/workspace-page';

const discs = Object.values(blobPictures).reduce((sum, picture) => sum + picture.discs.length, 0);
const env = { RAILSCOPE_CATALOG: instanceCatalog };

test('a network of instances: boxes, scores, live threshold, correction, report', async ({ start, scratch }) => {
  const folder = path.join(scratch, 'K12 instances');
  const savePath = path.join(scratch, 'report.pdf');
  await writeBlobPictures(folder);
  const { page } = await start({ folder, savePath, env });
  await everyImageTried(page, 3);
  const workspace = new WorkspacePage(page);
  const editor = new EditorPage(page);

  // the list: each instance once, also where tiles overlap, with its class and score
  await workspace.showTab('defects');
  await expect(workspace.defectRows()).toHaveCount(discs);
  await expect(workspace.defectRows().filter({ hasText: '扣件缺失' })).toHaveCount(1);
  for (const text of await workspace.defectRows().allInnerTexts()) expect(text).toMatch(/(\.\d\d|1\.0)\s*$/m);
  const [first] = await allImages(page);
  if (!first) throw new Error('no image');
  const load = () => ask(page, 'editor.load', { imageId: first.id });
  const { model, inference } = await load();
  expect(inference).toMatchObject({ kind: 'instances', threshold: 0.4, probabilityBox: { x: 0, y: 0, width: 512, height: 512 } });
  expect(model?.defects.map(({ classCode }) => classCode).sort()).toEqual(['fastener-missing', 'spalling', 'spalling', 'spalling']);

  // the canvas: frames that a switch and a key take away
  await workspace.openImage('K12_001');
  await expect.poll(() => editor.shownImageId()).toBe(first.id);
  await expect(page.getByTestId('engine-badge')).toContainText('亮斑实例');
  const boxes = page.getByTestId('mask-boxes');
  await expect(boxes).toBeChecked();
  const framed = await settled(editor.canvas);
  await editor.press('t');
  await expect(boxes).not.toBeChecked();
  await expect.poll(async () => (await editor.canvas.screenshot()).equals(framed)).toBe(false);
  await editor.press('t');
  await expect(boxes).toBeChecked();

  // the threshold is one of scores: the weakest goes, undo brings it back
  await expect(page.getByText('得分阈值')).toBeVisible();
  const scores = (model?.defects ?? []).map(({ score }) => score ?? 0).sort((a, b) => a - b);
  const shown = async (): Promise<number> => (await load()).review.defects.length;
  const slider = page.getByRole('slider', { name: '得分阈值' });
  await slider.focus();
  for (let value = 0.4; value < (scores[0] ?? 1); value += 0.01) await slider.press('ArrowRight');
  await page.getByTestId('threshold-apply').click();
  await expect.poll(shown).toBe(3);
  await page.getByTestId('editor-canvas').click({ position: { x: 5, y: 5 } });
  await editor.press('Control+z');
  await expect.poll(shown).toBe(4);

  // correction by hand
  await page.getByTestId('image-defect-1').click();
  await editor.setClass('裂纹');
  // beside the defect, which the choice brought to the middle
  await editor.brush([0.75, 0.75], [0.8, 0.8]);
  const corrected = await load();
  expect(corrected.review.defects.find(({ label }) => label === 1)).toMatchObject({ classCode: 'crack' });
  expect(corrected.model).toEqual(model);

  await new ReportPage(page).export();
  const pdf = await readPdf(savePath);
  for (const text of ['裂纹', '剥离掉块', '扣件缺失']) expect(pdf.text).toContain(text);
  expect((await stat(savePath)).size).toBeGreaterThan(10_000);
});

test('the command line lists instances with class, score and box, and says what the model is', async ({ scratch }) => {
  const folder = path.join(scratch, 'in');
  await writeBlobPictures(folder);
  const railscope = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(repositoryRoot, 'dist/node/railscope.mjs'), ...args], {
      ...{ encoding: 'utf8' as const, timeout: 170_000, env: { ...process.env, ...env } },
    });
  const run = railscope('inspect', folder, '--json');
  expect(run.stderr).not.toContain('Error:');
  const { images } = JSON.parse(run.stdout) as {
    images: { path: string; instances: { class: string; score: number; bbox: number[] }[] }[];
  };
  expect(images.map(({ instances }) => instances.length)).toEqual(Object.values(blobPictures).map((picture) => picture.discs.length));
  const missing = images[0]?.instances.find((instance) => instance.class === 'fastener-missing');
  expect(missing?.score).toBeGreaterThan(0.5);
  const [x = 0, y = 0, width = 0, height = 0] = missing?.bbox ?? [];
  expect(Math.abs(x + width / 2 - 224)).toBeLessThan(8);
  expect(Math.abs(y + height / 2 - 288)).toBeLessThan(8);
  const strict = railscope('inspect', folder, '--json', '--threshold', '0.95');
  const few = JSON.parse(strict.stdout) as { summary: { instances: number } };
  expect(few.summary.instances).toBeLessThan(discs);
  expect(railscope('models', '--locale', 'zh-CN').stdout).toContain('实例分割');
  expect(railscope('models', '--locale', 'en').stdout).toContain('instance segmentation');
});

/** A picture of the canvas once it stays the same. */
async function settled(canvas: Locator): Promise<Buffer> {
  let before = await canvas.screenshot();
  await expect
    .poll(async () => {
      const now = await canvas.screenshot();
      const isSame = now.equals(before);
      before = now;
      return isSame;
    })
    .toBe(true);
  return before;
}
