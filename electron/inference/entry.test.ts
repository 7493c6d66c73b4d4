import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeGreyPng } from '#imaging';
import type { InferencePort } from '#shared/ports/inference';
import { transportToNodeChild } from '#shared/rpc/process-transport';
import { createRpcClient, type RpcClient } from '#shared/rpc/rpc';
import { buildEntries } from './testing/built-entries';

describe('the inference process', () => {
  let folder: string;
  let bundle: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-process-'));
    bundle = fileURLToPath((await buildEntries(folder)).process);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function start(): { child: ChildProcess; client: RpcClient<InferencePort> } {
    const env = { ...process.env, RAILSCOPE_CATALOG: path.resolve(import.meta.dirname, '../../models/catalog') };
    const child = fork(bundle, { serialization: 'advanced', env, execArgv: [] });
    return { child, client: createRpcClient<InferencePort>(transportToNodeChild(child), 'inference') };
  }

  it('answers calls, passes errors by code, and ends with its parent', async () => {
    const { child, client } = start();
    expect((await client.call.models(undefined)).map(({ id }) => id)).toContain('u2netp-surface');
    expect((await client.call.devices(undefined)).find(({ backend }) => backend === 'ort-cpu')).toMatchObject({ available: true });
    const file = path.join(folder, 'small.png');
    await writeFile(file, await encodeGreyPng(new Uint8Array(60), 10, 6));
    expect(await client.call.findRegion({ path: file })).toMatchObject({ header: { width: 10, height: 6 }, box: null });
    await expect(client.call.findRegion({ path: path.join(folder, 'absent.png') })).rejects.toMatchObject({ code: 'image-missing' });
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('fails open calls when it is killed', async () => {
    const { child, client } = start();
    await client.call.devices(undefined);
    const open = client.call.open({ modelId: 'ocinet-b0-surface', device: 'cpu', threads: 0 });
    child.kill('SIGKILL');
    await expect(open).rejects.toMatchObject({ code: 'process-gone' });
    await expect(client.call.devices(undefined)).rejects.toMatchObject({ code: 'process-gone' });
  });
});
