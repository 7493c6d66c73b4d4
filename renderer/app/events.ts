/** What main tells, and what the window does about it. */
import i18next from 'i18next';
import { assertNever } from '#shared/errors/railscope-error';
import type { EventPayload } from '#shared/ipc/contract';
import type { JobEvent } from '#shared/jobs/types';
import { editorCommands } from '../editor';
import { commitNote } from '../features/defect/note-draft';
import { refreshQueues } from '../features/queue/queue-store';
import { useNavigation } from '../features/review/navigation';
import { refreshStrip } from '../features/run-strip/strip-store';
import { onEvent } from '../platform/bridge';
import { chooseFolder, showFirstImage } from './session';
import { openDialog, useApp } from './state/app-store';
import { startAutomaticInspection } from './state/inspection';
import { attempt, notify, notifyError } from './state/notify';

/** @returns a function that ends all subscriptions */
export function connectEvents(): () => void {
  const ends = [
    onEvent('job.changed', onJobChanged),
    onEvent('project.counts', (counts) => {
      if (!hasProject()) return;
      useApp.setState({ counts });
      startAutomaticInspection();
      showFirstImage();
    }),
    onEvent('images.changed', onImagesChanged),
    onEvent('notice', ({ error, severity }) => {
      // an empty folder has a page of its own
      if (error.code !== 'no-images') notifyError(error, severity);
    }),
    onEvent('menu.command', ({ command }) => runMenuCommand(command)),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** Without one, events are the last of a project that was left, or the first of one that is being opened and asked for anew. */
function hasProject(): boolean {
  return useApp.getState().project !== null;
}

function onJobChanged(job: JobEvent): void {
  if (job.kind !== 'inspection' || !hasProject()) return;
  const before = useApp.getState().job;
  useApp.setState({ job });
  if (before?.jobId === job.jobId && before.state === job.state) return;
  sayHowItEnded(job);
}

function sayHowItEnded(job: JobEvent): void {
  const t = i18next.getFixedT(null, 'workspace', 'job');
  const { done, failed, total } = job.progress;
  switch (job.state) {
    case 'done':
      // one picture done on request shows itself
      if (total > 1) notify(t('doneTitle'), t('doneText', { done, failed }), failed > 0 ? 'warning' : 'info');
      return;
    case 'cancelled':
      notify(t('cancelledTitle'), t('cancelledText', { done }));
      return;
    case 'failed':
      if (job.error) notifyError(job.error);
      return;
    case 'queued':
    case 'running':
    case 'paused':
      return;
    default:
      assertNever(job.state, 'job state');
  }
}

function onImagesChanged({ imageIds, inference }: EventPayload<'images.changed'>): void {
  if (!hasProject()) return;
  refreshQueues();
  refreshStrip(imageIds);
  showFirstImage();
  const { imageId } = useNavigation.getState();
  const isFinished = inference === 'done' || inference === 'failed';
  if (isFinished && imageId !== null && imageIds.includes(imageId)) attempt(() => editorCommands.reload());
}

function runMenuCommand(command: EventPayload<'menu.command'>['command']): void {
  switch (command) {
    case 'open-folder':
      attempt(chooseFolder);
      return;
    case 'undo':
      travel(() => editorCommands.undo());
      return;
    case 'redo':
      travel(() => editorCommands.redo());
      return;
    case 'export-report':
      if (hasProject()) openDialog('report');
      return;
    case 'shortcuts':
      openDialog('shortcuts');
      return;
    case 'settings':
      openDialog('settings');
      return;
    default:
      assertNever(command, 'menu command');
  }
}

/** A note being typed is saved first: it is then the last step, and the one to take back. */
function travel(step: () => void): void {
  if (useApp.getState().dialog !== null) return;
  commitNote();
  step();
}
