/** One open project with its background work: the scan, the headers, and in a read-only window the watch on the writer. */
import type { ProjectCounts } from '#shared/domain/project';
import { RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';
import { auditedSince } from './audit';
import { readUnknownHeaders } from './images/header-reader';
import { scanFolder } from './images/scan';
import { JobStore } from './jobs';
import type { OpenProject } from './open-project';
import { Pixels } from './pixels/pixels';
import { ProjectEvents, type Emit } from './project-events';
import { readCounts } from './queries/counts';

const WATCH_INTERVAL_MS = 1000;

export class ProjectSession {
  readonly events: ProjectEvents;
  readonly jobs: JobStore;
  readonly pixels: Pixels;
  private readonly abort = new AbortController();
  private scanning = false;
  private scan = Promise.resolve();
  private background = Promise.resolve();
  private watch: NodeJS.Timeout | null = null;

  constructor(
    readonly project: OpenProject,
    emit: Emit,
  ) {
    this.events = new ProjectEvents(emit, () => this.counts());
    this.jobs = new JobStore(project);
    this.pixels = new Pixels(project, this.events);
  }

  /** Begins the background work and answers at once. */
  start(): void {
    if (this.project.readOnly) {
      this.watch = this.watchWriter();
      return;
    }
    this.jobs.dropAbandoned();
    this.scanning = true;
    this.scan = this.runScan();
    this.background = this.scan.then(() => this.guarded(() => readUnknownHeaders(this.project, this.events, this.abort.signal)));
  }

  counts(): ProjectCounts {
    const { images, unreadable, inferred, reviewed, defects } = readCounts(this.project.db);
    return { images, unreadable, inferred, reviewed, defects, scanning: this.scanning };
  }

  /** The counts once the folder has been walked; headers may still be unread. */
  async scanned(): Promise<ProjectCounts> {
    await this.scan;
    return this.counts();
  }

  /** Ends the background work; every commit is on the disk already. */
  async close(): Promise<void> {
    this.abort.abort();
    if (this.watch) clearInterval(this.watch);
    await this.background;
    this.events.dispose();
    this.project.close();
  }

  private async runScan(): Promise<void> {
    await this.guarded(() => scanFolder(this.project, this.events, this.abort.signal));
    this.scanning = false;
    this.events.countsChanged();
    const { folder } = this.project;
    if (this.abort.signal.aborted || this.counts().images > 0) return;
    this.events.notice({ code: 'no-images', message: `no images below ${folder}`, details: { path: folder } }, 'warning');
  }

  /** Background work that fails tells the window, and takes nothing else down. */
  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof RailscopeError && error.code === 'cancelled') return;
      this.events.notice(toErrorInfo(error), 'error');
    }
  }

  private watchWriter(): NodeJS.Timeout {
    const { db } = this.project;
    const version = (): number => db.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0;
    let seenVersion = version();
    let { lastId } = auditedSince(db, 0);
    const look = (): void => {
      const now = version();
      if (now === seenVersion) return;
      seenVersion = now;
      const news = auditedSince(db, lastId);
      lastId = news.lastId;
      this.events.imagesChanged(news.imageIds);
    };
    // a writer may keep a rollback journal locked just now
    return setInterval(() => void this.guarded(async () => look()), WATCH_INTERVAL_MS).unref();
  }
}
