import { describe, expect, it } from 'vitest';
import { automaticBackends, type BackendId } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { InferenceBackend } from './backend';
import { BackendRegistry } from './registry';

const backend = (id: BackendId, reason: string | null): InferenceBackend => ({
  id,
  precisions: ['fp32'],
  batch: () => 1,
  probe: async () => ({ backend: id, available: reason === null, device: id, reason, threads: null }),
  open: () => Promise.reject(new RailscopeError('internal', 'not opened here')),
});
const ids = (backends: readonly InferenceBackend[]): BackendId[] => backends.map(({ id }) => id);

describe('BackendRegistry', () => {
  it('offers what is available for auto, best first', async () => {
    expect(ids(await new BackendRegistry([backend('ort-cuda', null), backend('ort-cpu', null)]).candidates('auto'))).toEqual([
      'ort-cuda',
      'ort-cpu',
    ]);
    expect(ids(await new BackendRegistry([backend('ort-cuda', 'no GPU'), backend('ort-cpu', null)]).candidates('auto'))).toEqual([
      'ort-cpu',
    ]);
  });

  it('never replaces a chosen backend by another', async () => {
    const registry = new BackendRegistry([backend('ort-cuda', 'no GPU'), backend('ort-cpu', null)]);
    expect(ids(await registry.candidates('cpu'))).toEqual(['ort-cpu']);
    await expect(registry.candidates('cuda')).rejects.toMatchObject({
      code: 'backend-unavailable',
      details: { backend: 'ort-cuda', reason: 'no GPU' },
    });
    await expect(registry.candidates('ascend')).rejects.toMatchObject({ code: 'backend-unavailable', details: { backend: 'ascend-acl' } });
    await expect(registry.candidates('remote')).rejects.toMatchObject({
      code: 'backend-unavailable',
      details: { backend: 'open-inference' },
    });
  });

  it('takes the simulator for ascend only, and never by itself', async () => {
    const registry = new BackendRegistry([backend('ascend-acl', 'no device'), backend('ort-cpu', null), backend('acl-sim', null)]);
    expect(ids(await registry.candidates('auto'))).toEqual(['ort-cpu']);
    expect(ids(await registry.candidates('ascend'))).toEqual(['acl-sim']);
  });

  it('says why nothing is available', async () => {
    const failure = new BackendRegistry([backend('ort-cuda', 'no GPU')]).candidates('auto');
    await expect(failure).rejects.toMatchObject({
      code: 'backend-unavailable',
      details: { reason: expect.stringContaining('no GPU') as string },
    });
  });

  it('lists the real ones, the processor always available', async () => {
    const devices = await new BackendRegistry().devices();
    expect(devices.map(({ backend: id }) => id)).toEqual(['ort-cuda', 'ascend-acl', 'ort-cpu', 'open-inference']);
    expect(devices.slice(0, -1).map(({ backend: id }) => id)).toEqual(automaticBackends);
    expect(devices[2]).toMatchObject({ available: true, reason: null });
    expect(devices[2]?.threads).toBeGreaterThan(0);
    for (const { available, reason } of devices) expect(available).toBe(reason === null);
  });
});
