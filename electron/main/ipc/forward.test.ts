import { describe, expect, it, vi } from 'vitest';
import type { EditCommit, ImageDocument } from '#shared/domain/editor';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { ProjectChannels } from '#shared/ports/project';
import { forwardTo } from './forward';

const gone = new RailscopeError('process-gone', 'project process ended', { process: 'project' });
const commit: EditCommit = { imageId: 1, contentHash: 'h', baseRevision: 4, action: 'brush', tiles: [], defects: [], removedLabels: [] };

/** @param revision what the database holds when the process is back */
function crashingProject(revision: number) {
  const commits = vi.fn<() => Promise<unknown>>().mockRejectedValueOnce(gone).mockResolvedValue({ revision: 5, image: 'second' });
  const load = vi.fn(async () => ({ revision, image: 'loaded' }) as unknown as ImageDocument);
  return { commits, forward: forwardTo({ 'editor.commit': commits, 'editor.load': load } as unknown as ProjectChannels) };
}

describe('forwardTo', () => {
  it('reads again when the process ended meanwhile', async () => {
    const counts = vi.fn<() => Promise<unknown>>().mockRejectedValueOnce(gone).mockResolvedValue('counts');
    expect(await forwardTo({ 'project.counts': counts } as unknown as ProjectChannels)('project.counts', undefined)).toBe('counts');
  });

  it('commits again what did not reach the disk', async () => {
    const { commits, forward } = crashingProject(4);
    expect(await forward('editor.commit', commit)).toEqual({ revision: 5, image: 'second' });
    expect(commits).toHaveBeenCalledTimes(2);
  });

  it('does not commit twice what did', async () => {
    const { commits, forward } = crashingProject(5);
    expect(await forward('editor.commit', commit)).toEqual({ revision: 5, image: 'loaded' });
    expect(commits).toHaveBeenCalledTimes(1);
  });

  it('hands other failures on', async () => {
    const stale = new RailscopeError('stale-revision', 'too old');
    const commits = vi.fn(() => Promise.reject(stale));
    const forward = forwardTo({ 'editor.commit': commits } as unknown as ProjectChannels);
    await expect(forward('editor.commit', commit)).rejects.toBe(stale);
    expect(commits).toHaveBeenCalledTimes(1);
  });
});
