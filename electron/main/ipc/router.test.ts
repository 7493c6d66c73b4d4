import { describe, expect, it, vi } from 'vitest';
import { contract, type Channel } from '#shared/ipc/contract';
import { RailscopeError } from '#shared/errors/railscope-error';
import { createRouter, type MainHandlers, type RouterOptions } from './router';
import type { CallSender } from './trusted-windows';

const sender: CallSender = { webContentsId: 1, isMainFrame: true, url: 'railscope://app/index.html' };

function setUp(change: Partial<RouterOptions> = {}, handlers: Partial<MainHandlers> = {}) {
  const options = {
    handlers: handlers as MainHandlers,
    forward: vi.fn(async () => ({ total: 0, rows: [] })),
    isTrusted: () => true,
    onFailure: vi.fn(),
    ...change,
  };
  return { options, router: createRouter(options) };
}

describe('createRouter', () => {
  it('hands parsed input to the handler and wraps its answer', async () => {
    const open = vi.fn(async () => ({ folder: '/a' }) as never);
    const { router } = setUp({}, { 'project.open': open });
    expect(await router('project.open', sender, { folder: '/a', extra: 1 })).toEqual({ ok: true, value: { folder: '/a' } });
    expect(open).toHaveBeenCalledWith({ folder: '/a' });
  });

  it('forwards channels of the project process', async () => {
    const { router, options } = setUp();
    const input = { page: { offset: 0, limit: 10 }, filter: { text: '', status: [], only: 'all' }, sort: 'path' };
    expect(await router('images.page', sender, input)).toEqual({ ok: true, value: { total: 0, rows: [] } });
    expect(options.forward).toHaveBeenCalledWith('images.page', input);
  });

  it('refuses a page that is not trusted, before anything else happens', async () => {
    const close = vi.fn();
    const { router } = setUp({ isTrusted: () => false }, { 'project.close': close });
    expect(await router('project.close', sender, undefined)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    expect(close).not.toHaveBeenCalled();
  });

  it.each<[Channel, unknown]>([
    ['project.open', { folder: '' }],
    ['project.open', null],
    ['editor.load', { imageId: '1' }],
    ['images.page', { page: { offset: 0, limit: 100_000 } }],
    ['editor.commit', { imageId: 1, tiles: [{ tileX: 0, tileY: 0, runs: [1, 2] }] }],
  ])('refuses wrong input of %s', async (channel, input) => {
    const handler = vi.fn();
    const { router, options } = setUp({}, { 'project.open': handler });
    expect(await router(channel, sender, input)).toMatchObject({ ok: false, error: { code: 'bad-request', details: { channel } } });
    expect(handler).not.toHaveBeenCalled();
    expect(options.forward).not.toHaveBeenCalled();
  });

  it('passes mask runs on as typed arrays', async () => {
    const { router, options } = setUp();
    const commit = {
      imageId: 1,
      contentHash: 'h',
      baseRevision: 0,
      action: 'brush',
      tiles: [{ tileX: 0, tileY: 0, runs: new Uint32Array([1, 65_536]) }],
      defects: [],
      removedLabels: [],
    };
    expect(await router('editor.commit', sender, commit)).toMatchObject({ ok: true });
    expect(options.forward).toHaveBeenCalledWith('editor.commit', commit);
  });

  it('answers errors with their code and tells the log', async () => {
    const { router, options } = setUp({
      forward: () => Promise.reject(new RailscopeError('stale-revision', 'too old', { imageId: 3 })),
    });
    const error = { code: 'stale-revision', message: 'too old', details: { imageId: 3 } };
    expect(await router('editor.load', sender, { imageId: 3 })).toEqual({ ok: false, error });
    expect(options.onFailure).toHaveBeenCalledWith('editor.load', error);
  });

  it('turns unknown failures into internal errors', async () => {
    const { router } = setUp({}, { 'project.recent': () => Promise.reject(new TypeError('oops')) });
    expect(await router('project.recent', sender, undefined)).toEqual({
      ok: false,
      error: { code: 'internal', message: 'oops', details: {} },
    });
  });

  it('knows no host besides main and project', () => {
    expect(new Set(Object.values(contract).map(({ host }) => host))).toEqual(new Set(['main', 'project']));
  });
});
