/** Inspection jobs as rows: after a crash or an exit they go on at the first unfinished picture. */
import path from 'node:path';
import type { InferenceState } from '#shared/domain/image';
import type { DeviceChoice, Engine } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { JobState } from '#shared/jobs/types';
import type { InspectionJobRow, JobItem, ProjectPort } from '#shared/ports/project';
import { appendAudit } from './audit';
import type { Database } from './database/database';
import { currentDocument, regionOf } from './documents';
import { imagePath } from './images/content';
import { requireImage, type ImageRow } from './images/records';
import { assertWritable, type OpenProject } from './open-project';

type CreateInput = Parameters<ProjectPort['createInspectionJob']>[0];
type NextInput = Parameters<ProjectPort['nextJobItems']>[0];

const active = `('queued', 'running', 'paused')`;

export class JobStore {
  /** pictures that were handed out and not answered for, and their jobs */
  private readonly running = new Map<number, number>();

  constructor(private readonly project: OpenProject) {}

  /**
   * `missing` = pictures that no inference was tried on since they were found or changed; `all` and `one` also those that
   * have a result or failed. A new job for the folder takes the place of one that was cut off.
   * @returns the job and its pictures
   * @throws project-read-only, bad-request
   */
  create(input: CreateInput): { job: InspectionJobRow; imageIds: number[] } {
    assertWritable(this.project);
    const { db } = this.project;
    return db.transaction(() => {
      if (input.scope === 'one') requireImage(db, input.imageId ?? 0);
      else db.run(`UPDATE jobs SET state = 'cancelled' WHERE state IN ${active}`);
      const jobId = insertJob(db, input);
      const imageIds = insertItems(db, jobId, input);
      const { modelId, device, scope } = input;
      const details = { jobId, modelId, device, scope, images: imageIds.length };
      appendAudit(db, { action: 'inspection', imageId: input.imageId, contentHash: null, details });
      return { job: requireJob(db, jobId), imageIds };
    });
  }

  /** The job to go on with: one for the folder before one for a single picture, the last before earlier ones; null = none. */
  unfinished(): InspectionJobRow | null {
    const { db, readOnly } = this.project;
    if (readOnly) return null;
    const row = db.get<{ id: number }>(
      `SELECT id FROM jobs WHERE state IN ${active}
      AND EXISTS (SELECT 1 FROM job_items WHERE job_id = jobs.id AND state = 'pending') ORDER BY scope = 'one', id DESC LIMIT 1`,
    );
    return row ? requireJob(db, row.id) : null;
  }

  /** At the start: nobody works on the other jobs that a crash cut off, so that their pictures do not wait for ever. */
  dropAbandoned(): void {
    const kept = this.unfinished()?.jobId ?? 0;
    this.project.db.run(`UPDATE jobs SET state = 'cancelled' WHERE id <> ? AND state IN ${active}`, kept);
  }

  /** @returns pictures whose shown state changes */
  setState(jobId: number, state: JobState, engine: Engine | null): number[] {
    assertWritable(this.project);
    const { db } = this.project;
    requireJob(db, jobId);
    db.run('UPDATE jobs SET state = ?, engine = coalesce(?, engine) WHERE id = ?', state, engine && JSON.stringify(engine), jobId);
    if (state === 'queued' || state === 'running') return [];
    for (const [imageId, job] of this.running) if (job === jobId) this.running.delete(imageId);
    return db
      .all<{ image_id: number }>(`SELECT image_id FROM job_items WHERE job_id = ? AND state = 'pending'`, jobId)
      .map((row) => row.image_id);
  }

  /** Hands out the next pictures; they count as running until a result or failure is stored or the job stops. */
  next({ jobId, limit, exclude, first }: NextInput): JobItem[] {
    assertWritable(this.project);
    const rows = this.project.db.all<Pick<ImageRow, 'id' | 'relative_path' | 'document_id'>>(
      `SELECT images.id, relative_path, document_id FROM job_items JOIN images ON images.id = job_items.image_id
      WHERE job_id = ? AND job_items.state = 'pending' AND job_items.image_id NOT IN (SELECT value FROM json_each(?))
      ORDER BY job_items.image_id IS NOT ?, ordinal LIMIT ?`,
      jobId,
      JSON.stringify(exclude),
      first,
      limit,
    );
    for (const row of rows) this.running.set(row.id, jobId);
    return rows.map((row) => ({
      imageId: row.id,
      path: imagePath(this.project, row),
      region: regionOf(currentDocument(this.project.db, row)),
      probabilityPath: path.join(this.project.probabilityFolder, probabilityFileName(row.id, jobId)),
    }));
  }

  /** Part of the transaction that stores the result or failure. */
  finishItem(jobId: number, imageId: number, error: string | null): void {
    const sql = 'UPDATE job_items SET state = ?, error = ? WHERE job_id = ? AND image_id = ?';
    const { changes } = this.project.db.run(sql, error === null ? 'done' : 'failed', error, jobId, imageId);
    if (changes === 0) throw new RailscopeError('bad-request', `image ${imageId} is no part of job ${jobId}`, { imageId, jobId });
    this.running.delete(imageId);
  }

  /** What the list shows of each picture: its stored state, or that a job is about to change it. */
  states(rows: readonly Pick<ImageRow, 'id' | 'inference'>[]): InferenceState[] {
    const queued = this.queuedAmong(rows.map((row) => row.id));
    return rows.map((row) => (this.running.has(row.id) ? 'running' : queued.has(row.id) ? 'queued' : row.inference));
  }

  private queuedAmong(imageIds: readonly number[]): Set<number> {
    const { db } = this.project;
    const queued = new Set<number>();
    for (const job of db.all<{ id: number }>(`SELECT id FROM jobs WHERE state IN ${active}`)) {
      const sql = `SELECT image_id FROM job_items WHERE job_id = ? AND state = 'pending' AND image_id IN (SELECT value FROM json_each(?))`;
      for (const row of db.all<{ image_id: number }>(sql, job.id, JSON.stringify(imageIds))) queued.add(row.image_id);
    }
    return queued;
  }
}

/** A name of its own for each run, so that a map never belongs to another run's result. */
export function probabilityFileName(imageId: number, jobId: number): string {
  return `${imageId}-${jobId}.png`;
}

function insertJob(db: Database, { modelId, device, scope }: CreateInput): number {
  const sql = `INSERT INTO jobs (state, scope, model_id, device, created_at_ms) VALUES ('queued', ?, ?, ?, ?)`;
  return db.run(sql, scope, modelId, device, Date.now()).id;
}

function insertItems(db: Database, jobId: number, { scope, imageId }: CreateInput): number[] {
  const where = { missing: `inference = 'none'`, all: 'TRUE', one: 'id = ?' }[scope];
  const values = scope === 'one' ? [imageId] : [];
  const select = `SELECT ?, id, row_number() OVER (ORDER BY sort_key, id) FROM images WHERE ${where}`;
  db.run(`INSERT INTO job_items (job_id, image_id, ordinal) ${select}`, jobId, ...values);
  return db.all<{ image_id: number }>('SELECT image_id FROM job_items WHERE job_id = ?', jobId).map((row) => row.image_id);
}

function requireJob(db: Database, jobId: number): InspectionJobRow {
  const row = db.get<{ state: JobState; model_id: string; device: DeviceChoice; total: number; done: number; failed: number }>(
    `SELECT state, model_id, device, (SELECT count(*) FROM job_items WHERE job_id = jobs.id) AS total,
      (SELECT count(*) FROM job_items WHERE job_id = jobs.id AND state = 'done') AS done,
      (SELECT count(*) FROM job_items WHERE job_id = jobs.id AND state = 'failed') AS failed FROM jobs WHERE id = ?`,
    jobId,
  );
  if (!row) throw new RailscopeError('bad-request', `no job ${jobId}`, { jobId });
  const { state, model_id, device, total, done, failed } = row;
  return { jobId, state, modelId: model_id, device, total, done, failed };
}
