import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { demoImages, expect, repositoryRoot, test } from '../fixtures/application';
import { allImages, ask, everyImageTried } from '../fixtures/bridge';

const token = 'e2e-geheim-7';

/** `railscope serve` as a colleague would start it. */
async function startServer(scratch: string): Promise<{ url: string; child: ChildProcess }> {
  const tokenFile = path.join(scratch, 'token');
  await writeFile(tokenFile, token, { mode: 0o600 });
  const args = ['serve', '--port', '0', '--model', 'ocinet-b0-surface', '--token-file', tokenFile, '--json', '--locale', 'en'];
  const child = spawn(process.execPath, [path.join(repositoryRoot, 'dist/node/railscope.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return { url: (JSON.parse(line.toString()) as { url: string }).url, child };
}

test('a server is set, tested and used from the window; its token never comes back', async ({ scratch, userData, start }) => {
  const folder = path.join(scratch, 'in');
  await mkdir(folder);
  await cp(path.join(demoImages, 'rail/1028010100308.jpg'), path.join(folder, 'a.jpg'));
  const { url, child } = await startServer(scratch);
  try {
    const { page } = await start({ folder, userDataFolder: userData, locale: 'zh-CN' });
    await page.getByTestId('engine-badge').click();
    await page.getByTestId('devices-server').click();
    await page.getByTestId('server-url').fill('cluster:8000');
    await expect(page.getByTestId('server-test')).toBeDisabled();
    await page.getByTestId('server-url').fill(url);
    await page.getByTestId('server-test').click();
    await expect(page.getByTestId('server-result')).toHaveAttribute('data-ok', 'false');
    await expect(page.getByTestId('server-result')).toContainText('推理服务器拒绝了请求');
    await page.getByTestId('server-token').fill(token);
    await page.getByTestId('server-test').click();
    await expect(page.getByTestId('server-result')).toHaveAttribute('data-ok', 'true', { timeout: 30_000 });
    await expect(page.getByTestId('server-result')).toContainText('ocinet-b0-surface/1');
    await page.getByTestId('server-save').click();
    await expect(page.getByTestId('server-token')).toHaveValue('');
    expect((await ask(page, 'remote.token.state', undefined)).origin).toBe(url);
    expect(JSON.stringify(await ask(page, 'app.settings.get', undefined))).not.toContain(token);

    await ask(page, 'app.settings.set', { device: 'remote' });
    await everyImageTried(page, 1);
    await ask(page, 'jobs.startInspection', { modelId: 'ocinet-b0-surface', device: 'remote', scope: 'all', imageId: null });
    await expect
      .poll(async () => (await ask(page, 'jobs.current', undefined)).findLast((job) => job.kind === 'inspection'), { timeout: 60_000 })
      .toMatchObject({ state: 'done', engine: { backend: 'open-inference', device: expect.stringContaining(url) as unknown } });
    expect((await allImages(page)).map(({ inference }) => inference)).toEqual(['done']);
  } finally {
    child.kill('SIGINT');
    await once(child, 'exit');
  }
});
