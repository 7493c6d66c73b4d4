import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { makePrivateProfile } from './private-profile';

it('makes a folder of its own and removes those of ended processes only', async () => {
  const parent = path.join(await mkdtemp(path.join(tmpdir(), 'railscope-profile-')), 'printing');
  const ended = String(spawnSync(process.execPath, ['-e', '0']).pid);
  for (const name of [ended, String(process.ppid), 'notes']) await mkdir(path.join(parent, name), { recursive: true });
  expect(makePrivateProfile(parent)).toBe(path.join(parent, String(process.pid)));
  expect((await readdir(parent)).sort()).toEqual([String(process.pid), String(process.ppid), 'notes'].sort());
});
