import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ModelSummary } from '#shared/domain/model';
import type { ProjectInfo } from '#shared/domain/project';
import { defaultAppSettings } from '#shared/domain/settings';
import type { JobEvent } from '#shared/jobs/types';

const invoke = vi.fn(async () => ({ jobId: 1 }));
vi.mock('../../platform/bridge', () => ({ invoke }));
vi.mock('./notify', () => ({ attempt: (action: () => Promise<unknown>) => void action() }));
const { useApp } = await import('./app-store');
const { armAutomaticInspection, startAutomaticInspection, startInspection } = await import('./inspection');

const model = { id: 'ocinet-b0-surface', error: null } as ModelSummary;
const project = { folder: '/run', readOnly: false } as ProjectInfo;
const counts = { images: 3, unreadable: 0, inferred: 1, reviewed: 0, defects: 0, scanning: false };

beforeEach(() => {
  invoke.mockClear();
  useApp.setState({ settings: defaultAppSettings, project, counts: null, job: null, models: [model], devices: null });
});

describe('inference by itself', () => {
  it('starts once the folder is scanned, and only once', () => {
    armAutomaticInspection();
    useApp.setState({ counts: { ...counts, scanning: true } });
    startAutomaticInspection();
    expect(invoke).not.toHaveBeenCalled();
    useApp.setState({ counts });
    startAutomaticInspection();
    startAutomaticInspection();
    expect(invoke.mock.calls).toEqual([
      ['jobs.startInspection', { modelId: 'ocinet-b0-surface', device: 'auto', scope: 'missing', imageId: null }],
    ]);
  });

  it.each([
    ['the inspector does not want it', { settings: { ...defaultAppSettings, inferOnOpen: false } }],
    ['nothing can be saved', { project: { ...project, readOnly: true } }],
    ['everything is done', { counts: { ...counts, inferred: 2, unreadable: 1 } }],
    ['a job is being resumed', { job: { state: 'running' } as JobEvent }],
    ['no model is usable', { models: [{ ...model, error: 'wrong hash' }] }],
  ])('does not start when %s', (_, state) => {
    useApp.setState({ counts, ...state });
    armAutomaticInspection();
    startAutomaticInspection();
    expect(invoke).not.toHaveBeenCalled();
  });

  it('waits for the list of models', () => {
    useApp.setState({ counts, models: null });
    armAutomaticInspection();
    startAutomaticInspection();
    useApp.setState({ models: [model] });
    startAutomaticInspection();
    expect(invoke).toHaveBeenCalledOnce();
  });
});

describe('inference by hand', () => {
  it('says that there is no model instead of starting', async () => {
    useApp.setState({ models: [] });
    await expect(startInspection('all')).rejects.toMatchObject({ code: 'model-missing' });
    expect(invoke).not.toHaveBeenCalled();
  });
});
