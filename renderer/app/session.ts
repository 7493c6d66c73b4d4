/** Opening and leaving projects. */
import type { ProjectInfo } from '#shared/domain/project';
import { closeImage, openFirstImage, useNavigation } from '../features/review/navigation';
import { forgetQueues, restartQueues } from '../features/queue/queue-store';
import { forgetStrip, reloadStrip } from '../features/run-strip/strip-store';
import { invoke } from '../platform/bridge';
import { useApp } from './state/app-store';
import { armAutomaticInspection, disarmAutomaticInspection, startAutomaticInspection } from './state/inspection';
import { attempt, notifyError } from './state/notify';

export async function chooseFolder(): Promise<void> {
  const folder = await invoke('project.chooseFolder', undefined);
  if (folder !== null) await openFolder(folder);
}

export async function openFolder(folder: string): Promise<void> {
  await enterProject(() => invoke('project.open', { folder }));
}

export async function openDemo(): Promise<void> {
  await enterProject(() => invoke('project.openDemo', undefined));
}

export async function leaveProject(): Promise<void> {
  if (!useApp.getState().project) return;
  await closeImage();
  // first, so that events still on their way find nothing to open or to fetch
  useApp.setState({ project: null, counts: null, job: null });
  disarmAutomaticInspection();
  forgetQueues();
  forgetStrip();
  await invoke('project.close', undefined);
}

async function enterProject(open: () => Promise<ProjectInfo>): Promise<void> {
  if (useApp.getState().opening) return;
  useApp.setState({ opening: true });
  try {
    await leaveProject();
    const project = await open();
    useApp.setState({ project, counts: null, job: null, dialog: null });
    restartQueues();
    reloadStrip();
    // a banner says for as long as it lasts that nothing can be saved
    for (const notice of project.notices) if (notice.code !== 'project-read-only' || !project.readOnly) notifyError(notice, 'warning');
    armAutomaticInspection();
    await catchUp();
  } finally {
    useApp.setState({ opening: false });
  }
}

/** What happened before this window listened. */
async function catchUp(): Promise<void> {
  const [counts, jobs] = await Promise.all([invoke('project.counts', undefined), invoke('jobs.current', undefined)]);
  const job = jobs.findLast((entry) => entry.kind === 'inspection') ?? null;
  useApp.setState((state) => ({ counts: state.counts ?? counts, job: state.job ?? job }));
  startAutomaticInspection();
  showFirstImage();
}

/** Shows the first picture as soon as one is listed; called again with every change of the lists. */
export function showFirstImage(): void {
  const { project, counts } = useApp.getState();
  if (!project || !counts?.images || useNavigation.getState().imageId !== null) return;
  attempt(openFirstImage);
}

/** Asks for devices and models; probing devices can take seconds. */
export async function loadMachine(): Promise<void> {
  const devices = invoke('devices.list', undefined).then((list) => useApp.setState({ devices: list }));
  const models = invoke('models.list', undefined).then((list) => useApp.setState({ models: list }));
  await Promise.all([devices, models]);
  startAutomaticInspection();
}
