/** What the whole window shares. The open picture lives in the editor's store, the lists in the queue's. */
import { create } from 'zustand';
import type { ChannelOutput } from '#shared/ipc/contract';
import type { DeviceState, ModelSummary } from '#shared/domain/model';
import type { ProjectCounts, ProjectInfo } from '#shared/domain/project';
import { defaultAppSettings, type AppSettings } from '#shared/domain/settings';
import type { JobEvent } from '#shared/jobs/types';

export type AppInfo = ChannelOutput<'app.info'>;
export type DialogName = 'settings' | 'devices' | 'shortcuts' | 'report';

export type SettingsTab = 'application' | 'server' | 'project';

export interface AppState {
  info: AppInfo | null;
  settings: AppSettings;
  /** null = the welcome screen */
  project: ProjectInfo | null;
  /** a folder is being opened */
  opening: boolean;
  counts: ProjectCounts | null;
  /** the latest inspection job of the open project, running or over */
  job: JobEvent | null;
  devices: readonly DeviceState[] | null;
  models: readonly ModelSummary[] | null;
  dialog: DialogName | null;
  settingsTab: SettingsTab;
}

const initialState: AppState = {
  info: null,
  settings: defaultAppSettings,
  project: null,
  opening: false,
  counts: null,
  job: null,
  devices: null,
  models: null,
  dialog: null,
  settingsTab: 'application',
};

export const useApp = create<AppState>()(() => initialState);

export function openDialog(dialog: DialogName, settingsTab: AppState['settingsTab'] = 'application'): void {
  useApp.setState({ dialog, settingsTab });
}

export function closeDialog(): void {
  useApp.setState({ dialog: null });
}

export function isJobActive(job: JobEvent | null): job is JobEvent {
  return job !== null && (job.state === 'queued' || job.state === 'running' || job.state === 'paused');
}
