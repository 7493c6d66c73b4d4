import path from 'node:path';
import { allImages, ask, everyImageTried } from '../fixtures/bridge';
import { expect, test } from '../fixtures/application';
import { readPdf } from '../fixtures/pdf';
import { EditorPage } from '../pages/editor-page';
import { ReportPage } from '../pages/report-page';
import { WorkspacePage } from '../pages/workspace-page';

const note = '轨距角处擦伤，建议打磨';

test('open, infer, correct, undo, accept, report, reopen', async ({ start, demoCopy, scratch }) => {
  const pdfPath = path.join(scratch, 'report.pdf');
  const first = await start({ folder: demoCopy, savePath: pdfPath });
  await everyImageTried(first.page, 12);

  const workspace = new WorkspacePage(first.page);
  const editor = new EditorPage(first.page);
  await workspace.showTab('defects');
  expect(await workspace.defectRows().count()).toBeGreaterThan(3);
  await workspace.defectRows().first().click();
  await expect(first.page.getByTestId('defect-note')).toBeVisible();
  const imageId = await editor.shownImageId();
  const label = Number((await workspace.defectRows().first().getAttribute('data-testid'))?.split('-').at(-1));
  const areaPx = async (): Promise<number> => {
    const { review } = await ask(first.page, 'editor.load', { imageId });
    return review.defects.reduce((sum, defect) => sum + defect.areaPx, 0);
  };

  await editor.setClass('擦伤');
  await editor.setNote(note);

  const before = await areaPx();
  const model = (await ask(first.page, 'editor.load', { imageId })).model;
  await editor.brush([0.45, 0.4], [0.55, 0.6]);
  const painted = await areaPx();
  expect(painted).toBeGreaterThan(before);
  const revision = await editor.revision();
  await editor.press('Control+z');
  await expect.poll(() => editor.revision()).toBeGreaterThan(revision);
  await editor.saved();
  expect(await areaPx()).toBe(before);
  expect((await ask(first.page, 'editor.load', { imageId })).model).toEqual(model);
  await editor.press('Control+Shift+z');
  await expect.poll(areaPx).toBe(painted);

  await editor.press('v');
  await editor.press('a');
  await expect.poll(async () => (await allImages(first.page)).find((row) => row.id === imageId)?.reviewStatus).toBe('accepted');

  await new ReportPage(first.page).export();
  const pdf = await readPdf(pdfPath);
  expect(pdf.text).toContain('擦伤');
  expect(pdf.text).toContain(note.replace(/\s+/g, ''));
  expect(pdf.pages).toBeGreaterThan(5);
  expect(pdf.bookmarks).toBeGreaterThan(3);
  await first.close();

  const second = await start({ folder: demoCopy });
  await everyImageTried(second.page, 12);
  const reopened = await ask(second.page, 'editor.load', { imageId });
  expect(reopened.image.reviewStatus).toBe('accepted');
  expect(reopened.review.defects.reduce((sum, defect) => sum + defect.areaPx, 0)).toBe(painted);
  expect(reopened.review.defects.find((defect) => defect.label === label)).toMatchObject({
    classCode: 'scuff',
    note,
    decision: 'accepted',
  });
});

test('the demo opens from the welcome screen and English is one click away', async ({ start }) => {
  const { page } = await start();
  await page.getByTestId('welcome-open-demo').click();
  await expect(page.getByTestId('workspace')).toBeVisible();
  await expect(page.getByTestId('tab-images')).toContainText('图像');
  await page.getByTestId('language-switch').click();
  await expect(page.getByTestId('tab-images')).toContainText('Images');
});

test('nothing is cut off at 1280×800 in either language', async ({ start, demoCopy }) => {
  const { app, page } = await start({ folder: demoCopy });
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 800));
  await expect(page.getByTestId('workspace')).toBeVisible();
  for (const language of ['zh', 'en']) {
    if (language === 'en') await page.getByTestId('language-switch').click();
    const overflow = await page.evaluate(() => {
      const root = document.documentElement;
      const clipped = [...document.querySelectorAll('button')].filter((button) => {
        const style = getComputedStyle(button);
        return button.offsetParent !== null && style.textOverflow !== 'ellipsis' && button.scrollWidth > button.clientWidth + 1;
      });
      return { page: root.scrollWidth - root.clientWidth, clipped: clipped.map((button) => button.textContent) };
    });
    expect(overflow, language).toEqual({ page: 0, clipped: [] });
  }
});
