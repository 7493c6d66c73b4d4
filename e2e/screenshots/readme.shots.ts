/** Takes the README's pictures: `npm run screenshots`. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { everyImageTried } from '../fixtures/bridge';
import { repositoryRoot, test } from '../fixtures/application';
import { WorkspacePage } from '../pages/workspace-page';

const folder = path.join(repositoryRoot, 'build/screenshots');
const picture = (name: string): { path: string; type: 'jpeg'; quality: number } => ({
  path: path.join(folder, `${name}.jpg`),
  type: 'jpeg',
  quality: 82,
});

test('pictures of the main screens', async ({ start, demoCopy }) => {
  await mkdir(folder, { recursive: true });
  const { app, page } = await start();
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1600, 1000));
  await page.waitForTimeout(2000);
  await page.screenshot(picture('welcome-zh-CN'));
  const opened = await start({ folder: demoCopy, userDataFolder: path.join(demoCopy, '../other') });
  await opened.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1600, 1000));
  await everyImageTried(opened.page, 12);
  const workspace = new WorkspacePage(opened.page);
  await workspace.showTab('defects');
  await workspace.defectRows().filter({ hasText: '1028010100083' }).first().click();
  await opened.page.waitForTimeout(9000);
  await opened.page.screenshot(picture('workspace-zh-CN'));
  await opened.page.getByTestId('export-report').click();
  await opened.page.waitForTimeout(4000);
  await opened.page.screenshot(picture('report-zh-CN'));
  await opened.page.keyboard.press('Escape');
  await opened.page.getByTestId('language-switch').click();
  await workspace.openImage('1459210200085');
  await opened.page.waitForTimeout(3000);
  await opened.page.screenshot(picture('workspace-en'));
});
