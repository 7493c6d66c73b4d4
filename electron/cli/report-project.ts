import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { InferenceSummary } from '#shared/domain/editor';
import type { DeviceChoice } from '#shared/domain/model';
import type { ErrorInfo } from '#shared/errors/codes';
import { toErrorInfo } from '#shared/errors/railscope-error';
import type { InferImageOutput } from '#shared/ports/inference';
import type { ProjectPort } from '#shared/ports/project';
import type { StartedPort } from '#shared/rpc/node-port';
import type { CliPorts } from './context';
import type { ImageListing } from './list-images';

const PAGE_ROWS = 1000;

/**
 * A project in a temporary folder that the report is printed from. Trouble with it never stops the inspection: the
 * first failure is kept and thrown by `finish`.
 */
export class ReportProject {
  readonly #process: StartedPort<ProjectPort>;
  readonly #temporary: string;
  #folder = '';
  #imageIds = new Map<string, number>();
  #jobId = 0;
  #failure: ErrorInfo | null = null;

  private constructor(process: StartedPort<ProjectPort>, temporary: string) {
    this.#process = process;
    this.#temporary = temporary;
  }

  static async open(ports: CliPorts, listing: ImageListing, job: { modelId: string; device: DeviceChoice }): Promise<ReportProject> {
    const temporary = await mkdtemp(path.join(os.tmpdir(), 'railscope-report-'));
    const project = new ReportProject(ports.startProject(), temporary);
    await project.#try(() => project.#prepare(ports.version, listing, job));
    return project;
  }

  /** the folder of images as the report names it */
  get folder(): string {
    return this.#folder;
  }

  get dataFolder(): string {
    return path.join(this.#temporary, 'data');
  }

  async addResult(relativePath: string, output: InferImageOutput, summary: InferenceSummary): Promise<void> {
    const { header, contentHash, region, instances, tiles } = output;
    await this.#try(() => {
      const ids = { jobId: this.#jobId, imageId: this.#imageId(relativePath) };
      return this.#process.call.storeResult({ ...ids, header, contentHash, region, instances, tiles, summary });
    });
  }

  async addFailure(relativePath: string, error: ErrorInfo): Promise<void> {
    await this.#try(() => this.#process.call.storeFailure({ jobId: this.#jobId, imageId: this.#imageId(relativePath), error }));
  }

  /** Closes the project, so that Electron can open it. @returns what went wrong with it so far; null = nothing */
  async finish(): Promise<ErrorInfo | null> {
    await this.#try(async () => {
      await this.#process.call.setJobState({ jobId: this.#jobId, state: 'done', engine: null });
      await this.#process.call.close(undefined);
    });
    await this.#process.stop();
    return this.#failure;
  }

  async remove(): Promise<void> {
    await this.#process.stop();
    await rm(this.#temporary, { recursive: true, force: true });
  }

  async #prepare(appVersion: string, listing: ImageListing, job: { modelId: string; device: DeviceChoice }): Promise<void> {
    this.#folder = listing.single ? await this.#copySingle(listing) : listing.folder;
    await mkdir(this.dataFolder, { recursive: true });
    const { call } = this.#process;
    await call.open({ folder: this.#folder, userDataFolder: this.dataFolder, dataFolder: this.dataFolder, appVersion });
    await call.scanned(undefined);
    await this.#readImageIds();
    const row = await call.createInspectionJob({ ...job, scope: 'all', imageId: null });
    this.#jobId = row.jobId;
  }

  /** A project is a folder: a single image gets one of its own, with the name of the folder that it came from. */
  async #copySingle(listing: ImageListing): Promise<string> {
    const folder = path.join(this.#temporary, path.basename(listing.folder) || 'images');
    await mkdir(folder);
    for (const image of listing.images) await copyFile(image.path, path.join(folder, image.relativePath));
    return folder;
  }

  async #readImageIds(): Promise<void> {
    const filter = { text: '', status: [], only: 'all' } as const;
    for (let offset = 0; ; offset += PAGE_ROWS) {
      const page = { offset, limit: PAGE_ROWS };
      const { total, rows } = await this.#process.call['images.page']({ page, filter: { ...filter, status: [] }, sort: 'path' });
      for (const row of rows) this.#imageIds.set(row.relativePath, row.id);
      if (offset + PAGE_ROWS >= total) return;
    }
  }

  #imageId(relativePath: string): number {
    const id = this.#imageIds.get(relativePath);
    if (id === undefined) throw new Error(`${relativePath} is not in the report's project`);
    return id;
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    if (this.#failure) return;
    try {
      await work();
    } catch (error) {
      this.#failure = toErrorInfo(error);
    }
  }
}
