/** The one project that this window works on: opening, closing, opening again after a crash of its process. */
import { RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';
import type { ErrorInfo } from '#shared/errors/codes';
import type { ProjectCounts, ProjectInfo } from '#shared/domain/project';
import type { OpenProjectInput, ProjectPort } from '#shared/ports/project';
import type { RecentProjects } from './recent';

export interface ProjectSessionOptions {
  project: ProjectPort;
  recent: RecentProjects;
  userDataFolder: string;
  appVersion: string;
  demoFolder: string;
  /** makes the demo folder, if it is not there yet */
  prepareDemo(): Promise<void>;
  /** folder → where its database is kept, for the folder of the command line */
  dataFolderOf(folder: string): string | null;
  onOpened(info: ProjectInfo): Promise<void>;
  onClosing(): Promise<void>;
  onFailure(what: string, error: ErrorInfo): void;
}

export interface ProjectSession {
  /** the open project; null = none */
  current(): ProjectInfo | null;
  /** Closes what is open first; the same folder again answers what is known of it. @throws as ProjectPort.open */
  open(folder: string): Promise<ProjectInfo>;
  openDemo(): Promise<ProjectInfo>;
  close(): Promise<void>;
  /** Opens the same folder in a new project process. @param project a direct line to it */
  reopen(project: ProjectPort): Promise<void>;
  /** keeps what the project process last told, for the list of recent projects */
  noteCounts(counts: ProjectCounts): void;
}

export function createProjectSession(options: ProjectSessionOptions): ProjectSession {
  const { project, recent } = options;
  let opened: { input: OpenProjectInput; info: ProjectInfo; openedAtMs: number } | null = null;
  let counts: ProjectCounts | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  /** opening and closing never overlap */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };

  const open = async (folder: string): Promise<ProjectInfo> => {
    if (opened?.input.folder === folder) return project['project.info'](undefined);
    await close();
    if (folder === options.demoFolder) await options.prepareDemo();
    const { userDataFolder, appVersion } = options;
    const input = { folder, userDataFolder, dataFolder: options.dataFolderOf(folder), appVersion };
    const info = await project.open(input);
    opened = { input, info, openedAtMs: Date.now() };
    counts = null;
    await remember();
    await options.onOpened(info);
    return info;
  };

  const close = async (): Promise<void> => {
    if (!opened) return;
    await options.onClosing();
    await remember();
    opened = null;
    await project.close(undefined);
  };

  /** The list is a convenience: failing to write it does not fail the project. */
  const remember = async (): Promise<void> => {
    if (!opened || opened.input.folder === options.demoFolder) return;
    const { info, openedAtMs } = opened;
    try {
      const known = (await recent.list()).find((entry) => entry.folder === info.folder);
      const { inspection } = info.settings;
      await recent.remember({
        folder: info.folder,
        name: info.name,
        line: inspection.line,
        images: counts?.images ?? known?.images ?? 0,
        reviewed: counts?.reviewed ?? known?.reviewed ?? 0,
        openedAtMs,
      });
    } catch (error) {
      options.onFailure('recent projects', toErrorInfo(error));
    }
  };

  return {
    current: () => opened?.info ?? null,
    open: (folder) => inTurn(() => open(folder)),
    openDemo: () => inTurn(() => open(options.demoFolder)),
    close: () => inTurn(close),
    async reopen(line) {
      if (!opened) return;
      try {
        await line.open(opened.input);
      } catch (error) {
        options.onFailure('opening the project again', toErrorInfo(error));
      }
    },
    noteCounts(latest) {
      const scanEnded = !latest.scanning && counts?.scanning !== false;
      counts = latest;
      if (scanEnded) void remember();
    },
  };
}

/** @throws no-project */
export function requireProject(session: ProjectSession): ProjectInfo {
  const info = session.current();
  if (!info) throw new RailscopeError('no-project', 'no project is open');
  return info;
}
