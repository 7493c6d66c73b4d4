/** The two processes behind the window, supervised. */
import type { Timers } from '#shared/jobs/timers';
import type { InferencePort } from '#shared/ports/inference';
import type { ProjectPort } from '#shared/ports/project';
import { guardInference } from './guarded-inference';
import { createWatchdog } from './hang-watchdog';
import { supervise, type Child, type Supervised } from './supervisor';

export type ProcessName = 'project' | 'inference';

export interface BackgroundOptions {
  startChild(name: ProcessName): Child;
  /** runs in a new project process before any other call */
  onProjectRestarted(project: ProjectPort): Promise<void>;
  onGone(name: ProcessName, reason: string, willRestart: boolean): void;
  timers?: Timers;
}

export interface Background {
  project: Supervised<ProjectPort>;
  /** behind the watchdog */
  inference: InferencePort;
  warmUp(): void;
  stop(): void;
}

export function createBackground(options: BackgroundOptions): Background {
  const timers = options.timers ? { timers: options.timers } : {};
  const project = supervise<ProjectPort>({
    name: 'project',
    start: () => options.startChild('project'),
    onRestarted: (call) => options.onProjectRestarted(call),
    onGone: (reason, willRestart) => options.onGone('project', reason, willRestart),
    ...timers,
  });
  const inference = supervise<InferencePort>({
    name: 'inference',
    start: () => options.startChild('inference'),
    onGone: (reason, willRestart) => options.onGone('inference', reason, willRestart),
    ...timers,
  });
  const watchdog = createWatchdog({
    // a request that nobody made: answered at once, changes nothing
    ping: () => inference.call.prioritise({ requestId: 0 }),
    restart: (reason) => inference.restart(reason),
    ...timers,
  });
  return {
    project,
    inference: guardInference(inference.call, watchdog),
    warmUp() {
      project.warmUp();
      inference.warmUp();
    },
    stop() {
      project.stop();
      inference.stop();
    },
  };
}
