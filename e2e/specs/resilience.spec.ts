import type { ElectronApplication } from '@playwright/test';
import { allImages, everyImageTried } from '../fixtures/bridge';
import { expect, test } from '../fixtures/application';

async function killProcess(app: ElectronApplication, name: string): Promise<void> {
  const pid = await app.evaluate(
    ({ app: electron }, wanted) =>
      electron.getAppMetrics().find((metric) => `${metric.name ?? ''} ${metric.serviceName ?? ''}`.includes(wanted))?.pid,
    name,
  );
  if (!pid) throw new Error(`no process ${name}`);
  process.kill(pid, 'SIGKILL');
}

test('the inference process is killed in mid-job: every picture is finished all the same', async ({ start, demoCopy }) => {
  const { app, page } = await start({ folder: demoCopy });
  await expect
    .poll(async () => (await allImages(page)).filter((row) => row.inference === 'done').length, { timeout: 60_000 })
    .toBeGreaterThan(2);
  await killProcess(app, 'inference');
  await everyImageTried(page, 12);
  expect((await allImages(page)).filter((row) => row.inference === 'done')).toHaveLength(12);
});

test('the application is closed in mid-job: the next start goes on at the first unfinished picture', async ({ start, demoCopy }) => {
  const first = await start({ folder: demoCopy });
  await expect
    .poll(async () => (await allImages(first.page)).filter((row) => row.inference === 'done').length, { timeout: 60_000 })
    .toBeGreaterThan(1);
  await first.close();
  const second = await start({ folder: demoCopy });
  await everyImageTried(second.page, 12);
  expect((await allImages(second.page)).filter((row) => row.inference === 'done')).toHaveLength(12);
});

test('two windows on one folder: the second is read-only and says so', async ({ start, demoCopy, scratch }) => {
  const first = await start({ folder: demoCopy });
  await expect(first.page.getByTestId('workspace')).toBeVisible();
  const second = await start({ folder: demoCopy, userDataFolder: `${scratch}/second-user` });
  await expect(second.page.getByTestId('read-only-banner')).toBeVisible();
  await expect(first.page.getByTestId('read-only-banner')).toHaveCount(0);
});
