import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { demoImages, expect, repositoryRoot, test } from '../fixtures/application';
import { readPdf } from '../fixtures/pdf';

function railscope(...args: string[]) {
  return spawnSync(process.execPath, [path.join(repositoryRoot, 'dist/node/railscope.mjs'), ...args], {
    encoding: 'utf8',
    timeout: 170_000,
  });
}

test('inspect: one JSON object, masks, a report; unreadable pictures are listed', async ({ scratch }) => {
  const folder = path.join(scratch, 'in');
  const out = path.join(scratch, 'out');
  await mkdir(folder);
  for (const name of ['1028010100308.jpg', '1028010200320.jpg']) await cp(path.join(demoImages, 'rail', name), path.join(folder, name));
  await writeFile(path.join(folder, 'text.jpg'), 'this is text');
  const report = path.join(scratch, 'report.pdf');
  const run = railscope('inspect', folder, '--out', out, '--report', report, '--json', '--locale', 'zh-CN');
  expect(run.stderr).not.toContain('Error:');
  expect(run.status).toBe(0);
  const result = JSON.parse(run.stdout) as {
    images: { path: string; status: string; instances: { bbox: number[] }[] }[];
    summary: Record<string, unknown>;
  };
  expect(result.summary).toMatchObject({ images: 3, failed: 1, model: 'ocinet-b0-surface', backend: 'ort-cpu', precision: 'fp32' });
  const good = result.images.filter((image) => image.status !== 'failed');
  expect(good).toHaveLength(2);
  for (const image of good) expect(image.instances.length).toBeGreaterThan(0);
  expect((await readFile(path.join(out, '1028010100308.mask.png'))).subarray(1, 4).toString()).toBe('PNG');
  expect((await readPdf(report)).text).toContain('1028010100308.jpg');
});

test('exit codes: 2 for wrong usage, 3 when nothing could be done', ({ scratch }) => {
  expect(railscope('inspect').status).toBe(2);
  expect(railscope('inspect', demoImages, '--model', 'no-such-model').status).toBe(2);
  expect(railscope('inspect', path.join(scratch, 'missing'), '--json').status).toBe(3);
  expect(railscope('inspect', demoImages, '--device', 'ascend').status).toBe(3);
  expect(railscope('--help').status).toBe(0);
});

test('eval prints both metrics for ready masks', async ({ scratch }) => {
  const out = path.join(scratch, 'out');
  const folder = path.join(scratch, 'in');
  await mkdir(folder);
  await cp(path.join(demoImages, 'rail/1028010100308.jpg'), path.join(folder, 'a.jpg'));
  expect(railscope('inspect', folder, '--out', out, '--json').status).toBe(0);
  const masks = path.join(scratch, 'masks');
  await mkdir(masks);
  await cp(path.join(out, 'a.mask.png'), path.join(masks, 'a.png'));
  const run = railscope('eval', folder, masks, '--model', 'ocinet-b0-surface', '--metric', 'strict', '--json');
  expect(run.stderr).not.toContain('Error:');
  expect(JSON.parse(run.stdout)).toMatchObject({ metric: 'strict' });
});
