import type { ProjectCounts, ProjectInfo } from '#shared/domain/project';
import type { JobState } from '#shared/jobs/types';
import type { InspectionJobRow, OpenProjectInput, ProjectPort, StoreFailureInput, StoreResultInput } from '#shared/ports/project';
import { RailscopeError } from '#shared/errors/railscope-error';

/** What outlives a project process: the rows. */
export interface FakeDatabase {
  jobs: Map<number, InspectionJobRow & { pending: number[] }>;
  results: StoreResultInput[];
  failures: StoreFailureInput[];
  states: { jobId: number; state: JobState }[];
  opened: OpenProjectInput[];
  closed: number;
}

export function emptyDatabase(): FakeDatabase {
  return { jobs: new Map(), results: [], failures: [], states: [], opened: [], closed: 0 };
}

export const someCounts: ProjectCounts = { images: 3, unreadable: 0, inferred: 0, reviewed: 2, defects: 0, scanning: false };

export function projectInfo(folder: string, change: Partial<ProjectInfo> = {}): ProjectInfo {
  const inspection = {
    runName: '',
    line: '京沪线',
    direction: '' as const,
    track: '',
    railSide: '' as const,
    inspector: '',
    organisation: '',
  };
  return {
    folder,
    name: folder.split('/').at(-1) ?? folder,
    dataFolder: `${folder}/.railscope`,
    readOnly: false,
    notices: [],
    settings: { inspection, calibration: null },
    ...change,
  };
}

/** A project of three pictures (ids 1, 2, 3). Methods that a test does not need are missing. */
export function fakeProject(database: FakeDatabase, change: Partial<ProjectPort> = {}): ProjectPort {
  let open: ProjectInfo | null = null;
  const requireOpen = (): ProjectInfo => {
    if (!open) throw new RailscopeError('no-project', 'no project is open');
    return open;
  };
  const finish = (jobId: number, imageId: number): void => {
    const job = database.jobs.get(jobId);
    if (job) job.pending = job.pending.filter((id) => id !== imageId);
  };
  const methods: Partial<ProjectPort> = {
    async open(input) {
      database.opened.push(input);
      return (open = projectInfo(input.folder));
    },
    async close() {
      database.closed++;
      open = null;
    },
    scanned: async () => someCounts,
    'project.info': async () => requireOpen(),
    async createInspectionJob({ modelId, device, scope, imageId }) {
      const pending = scope === 'one' && imageId !== null ? [imageId] : [1, 2, 3];
      const row = { jobId: database.jobs.size + 1, state: 'queued' as const, modelId, device, total: pending.length, done: 0, failed: 0 };
      database.jobs.set(row.jobId, { ...row, pending });
      return row;
    },
    unfinishedJob: async () => [...database.jobs.values()].find(({ state }) => !['done', 'failed', 'cancelled'].includes(state)) ?? null,
    async setJobState({ jobId, state }) {
      database.states.push({ jobId, state });
      const job = database.jobs.get(jobId);
      if (job) job.state = state;
    },
    async nextJobItems({ jobId, limit, exclude, first }) {
      requireOpen();
      const pending = (database.jobs.get(jobId)?.pending ?? []).filter((id) => !exclude.includes(id));
      const ordered = first !== null && pending.includes(first) ? [first, ...pending.filter((id) => id !== first)] : pending;
      return ordered.slice(0, limit).map((id) => ({
        imageId: id,
        path: `/run/${id}.jpg`,
        region: { mode: 'full' as const, box: null },
        probabilityPath: `/run/.railscope/${id}.png`,
      }));
    },
    async storeResult(input) {
      database.results.push(input);
      finish(input.jobId, input.imageId);
    },
    async storeFailure(input) {
      database.failures.push(input);
      finish(input.jobId, input.imageId);
    },
    ...change,
  };
  return methods as ProjectPort;
}
