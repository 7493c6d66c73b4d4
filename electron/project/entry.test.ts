/** The process itself: bundled, forked, talked to as main does it, and killed. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OpenProjectInput, ProjectPort } from '#shared/ports/project';
import { transportToNodeChild } from '#shared/rpc/process-transport';
import { createRpcClient, type RpcClient } from '#shared/rpc/rpc';
import { edit, firstImage, humanDefect, picture, tileWith, writeFiles } from './testing/fixture';

const root = path.resolve(import.meta.dirname, '../..');
let bundleFolder: string;
let entry: string;

beforeAll(async () => {
  // below the root, where the bundle finds the packages
  await mkdir(path.join(root, '.cache'), { recursive: true });
  bundleFolder = await mkdtemp(path.join(root, '.cache', 'project-entry-'));
  entry = path.join(bundleFolder, 'project.mjs');
  const external = ['sharp', '@photostructure/sqlite'];
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
  await build({
    absWorkingDir: root,
    entryPoints: ['electron/project/entry.ts'],
    outfile: entry,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external,
    banner,
  });
});
afterAll(() => rm(bundleFolder, { recursive: true, force: true }));

interface Started {
  child: ChildProcess;
  client: RpcClient<ProjectPort>;
}

let folder: string;
let input: OpenProjectInput;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'railscope-entry-'));
  await writeFiles(path.join(folder, 'pictures'), { 'a.png': await picture(1) });
  input = { folder: path.join(folder, 'pictures'), userDataFolder: path.join(folder, 'user'), dataFolder: null, appVersion: '1' };
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

function start(): Started {
  const child = fork(entry, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  children.push(child);
  return { child, client: createRpcClient<ProjectPort>(transportToNodeChild(child), 'project') };
}

describe('project process', () => {
  it('answers calls, sends events, and ends with its parent', async () => {
    const { child, client } = start();
    const counts = new Promise((resolve) => client.on('project.counts', resolve));
    await expect(client.call['project.info'](undefined)).rejects.toMatchObject({ code: 'no-project' });
    expect(await client.call.open(input)).toMatchObject({ name: 'pictures', readOnly: false });
    expect(await client.call.scanned(undefined)).toMatchObject({ images: 1, scanning: false });
    expect(await counts).toMatchObject({ images: 1 });
    const { id } = await firstImage(client.call);
    const tile = await client.call.imageTile({ imageId: id, level: 0, tileX: 0, tileY: 0 });
    expect(tile.bytes).toBeInstanceOf(Uint8Array);
    const ended = once(child, 'exit');
    child.disconnect();
    expect((await ended)[0]).toBe(0);
  });

  it('loses nothing that it acknowledged when it is killed at any moment', async () => {
    let acknowledged = 0;
    for (const killAfterMs of [30, 120]) {
      const { child, client } = start();
      // the lock of the process that was killed is gone with it
      expect(await client.call.open(input)).toMatchObject({ readOnly: false, notices: [] });
      await client.call.scanned(undefined);
      const { id } = await firstImage(client.call);
      const document = await client.call['editor.load']({ imageId: id });
      expect(document.revision).toBeGreaterThanOrEqual(acknowledged);
      expect(document.revision).toBeLessThanOrEqual(acknowledged + 1);
      if (document.revision > 0) expectWhole(document.revision, document.review);

      const killed = once(child, 'exit');
      acknowledged = await commitUntilKilled(client, document, () => setTimeout(() => child.kill('SIGKILL'), killAfterMs));
      await killed;
      expect(acknowledged).toBeGreaterThan(document.revision);
    }
    const { client } = start();
    await client.call.open(input);
    const { id } = await firstImage(client.call);
    const document = await client.call['editor.load']({ imageId: id });
    expect([acknowledged, acknowledged + 1]).toContain(document.revision);
    expectWhole(document.revision, document.review);
  });
});

type Document = Awaited<ReturnType<ProjectPort['editor.load']>>;

/** Each edit moves one rectangle and names itself in the note. @returns the last revision that was acknowledged */
async function commitUntilKilled(client: RpcClient<ProjectPort>, document: Document, afterFirst: () => void): Promise<number> {
  let revision = document.revision;
  try {
    for (;;) {
      const defects = [{ ...humanDefect, note: `edit ${revision + 1}` }];
      const tiles = [tileWith(7, (revision + 1) % 200, 0, 10, 10)];
      const saved = await client.call['editor.commit'](edit({ ...document, revision }, { defects, tiles }));
      if (revision === document.revision) afterFirst();
      revision = saved.revision;
    }
  } catch (error) {
    expect(error).toMatchObject({ code: 'process-gone' });
    return revision;
  }
}

/** Pixels and defect are of one and the same edit. */
function expectWhole(revision: number, review: Document['review']): void {
  expect(review.defects).toMatchObject([{ label: 7, note: `edit ${revision}` }]);
  expect(review.tiles).toEqual([tileWith(7, revision % 200, 0, 10, 10)]);
}
