/** What main answers itself, channel by channel. */
import path from 'node:path';
import type { ChannelOutput } from '#shared/ipc/contract';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { AppSettings } from '#shared/domain/settings';
import type { InferencePort } from '#shared/ports/inference';
import type { ProjectPort } from '#shared/ports/project';
import { rethreshold, setRegion } from '../editor-services';
import type { InspectionRunner } from '../jobs/inspection-runner';
import type { JobBoard } from '../jobs/job-board';
import type { ReportJobs } from '../jobs/report-jobs';
import { reportFileName } from '../jobs/report-file-name';
import { requireProject, type ProjectSession } from '../project-session';
import type { RecentProjects } from '../recent';
import type { RemoteTokens } from '../remote-token';
import type { SettingsStore } from '../settings';
import type { MainHandlers } from './router';

/** The parts of the desktop that handlers use. */
export interface Desktop {
  /** @returns null where the user cancelled */
  chooseFolder(): Promise<string | null>;
  chooseReportFile(suggestedPath: string): Promise<string | null>;
  openFolder(folder: string): Promise<void>;
  showFile(file: string): void;
}

export interface HandlerServices {
  project: ProjectPort;
  inference: InferencePort;
  session: ProjectSession;
  runner: InspectionRunner;
  reports: ReportJobs;
  board: JobBoard;
  settings: SettingsStore;
  recent: RecentProjects;
  remoteTokens: RemoteTokens;
  desktop: Desktop;
  logFolder: string;
  documentsFolder: string;
  info(): ChannelOutput<'app.info'>;
  onSettings(settings: AppSettings): void;
}

export function createHandlers(services: HandlerServices): MainHandlers {
  const { project, inference, session, runner, reports, board, settings, recent, remoteTokens, desktop } = services;
  return {
    'app.info': async () => services.info(),
    'app.settings.get': async () => settings.get(),
    'app.settings.set': async (change) => {
      const changed = await settings.set(change as Partial<AppSettings>);
      services.onSettings(changed);
      return changed;
    },
    'app.reveal': async ({ what }) => {
      if (what === 'logs') return desktop.openFolder(services.logFolder);
      if (what === 'project-folder') return desktop.openFolder(requireProject(session).folder);
      const file = reports.lastFile();
      if (!file) throw new RailscopeError('bad-request', 'no report was made yet');
      desktop.showFile(file);
    },

    'project.chooseFolder': () => desktop.chooseFolder(),
    'project.open': ({ folder }) => session.open(path.resolve(folder)),
    'project.openDemo': () => session.openDemo(),
    'project.close': () => session.close(),
    'project.recent': () => recent.list(),

    'images.setRegion': (input) => setRegion(project, inference, input),
    'editor.rethreshold': (input) => rethreshold(project, inference, input),

    'models.list': () => inference.models(undefined),
    'devices.list': () => inference.devices(undefined),

    'remote.token.state': async () => remoteTokens.state(),
    'remote.token.set': async ({ url, token }) => {
      await remoteTokens.set(url, token);
      runner.forgetDevice('remote');
      return remoteTokens.state();
    },
    'remote.test': ({ server, token, modelId }) =>
      inference.checkRemote({ remote: { server, token: token ?? remoteTokens.get(server.url) }, modelId }),

    'jobs.startInspection': async (input) => {
      requireProject(session);
      return { jobId: await runner.start(input) };
    },
    'jobs.startReport': async ({ options, outputPath }) => {
      const { settings: projectSettings, name } = await project['project.info'](undefined);
      const fileName = reportFileName(projectSettings.inspection.runName || name, new Date());
      const chosen = outputPath ?? (await desktop.chooseReportFile(path.join(services.documentsFolder, fileName)));
      return chosen === null ? null : { jobId: reports.start(options, requirePdfPath(chosen)) };
    },
    'jobs.pause': async ({ jobId }) => {
      if (!runner.pause(jobId)) requireKnownJob(board, jobId);
    },
    'jobs.resume': async ({ jobId }) => {
      if (!runner.resume(jobId)) requireKnownJob(board, jobId);
    },
    'jobs.cancel': async ({ jobId }) => {
      if (!reports.cancel(jobId) && !runner.cancel(jobId)) requireKnownJob(board, jobId);
    },
    'jobs.prioritise': async ({ imageId }) => runner.prioritise(imageId),
    'jobs.current': async () => board.list(),
  };
}

/** A job that ended while the user reached for its button is no error. */
function requireKnownJob(board: JobBoard, jobId: number): void {
  if (!board.get(jobId)) throw new RailscopeError('bad-request', `no job ${jobId}`, { jobId });
}

function requirePdfPath(file: string): string {
  const named = /\.pdf$/i.test(file) ? file : `${file}.pdf`;
  if (!path.isAbsolute(named)) throw new RailscopeError('bad-request', 'the report needs an absolute path', { path: file });
  return named;
}
