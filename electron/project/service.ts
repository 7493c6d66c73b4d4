/** The project process's methods, free of any transport: the entry serves them, tests call them directly. */
import path from 'node:path';
import type { ImageRecord } from '#shared/domain/image';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { ProjectPort } from '#shared/ports/project';
import { appendAudit } from './audit';
import { commitEdit, setImageStatus } from './commit';
import { ensureDocument } from './documents';
import { readImageDocument } from './editor-document';
import { ensureContent, imagePath } from './images/content';
import { requireImage, toImageRecord, type ImageRow } from './images/records';
import { assertWritable, openProject, readableFolder } from './open-project';
import type { Emit } from './project-events';
import { defectPage } from './queries/defects';
import { imageIndex, imagePage } from './queries/images';
import { readReportData } from './report-data';
import { storeFailure, storeResult } from './results';
import { ProjectSession } from './session';
import { readSettings, writeSettings } from './settings';

type Opened = () => ProjectSession;

/**
 * One project at a time; opening another closes the first.
 * @param emit sends an event of `projectEvents` to the window
 * @returns methods that fail with `no-project` while none is open
 */
export function createProjectService(emit: Emit): ProjectPort {
  let session: ProjectSession | null = null;
  const opened: Opened = () => {
    if (!session) throw new RailscopeError('no-project', 'no project is open');
    return session;
  };
  const close = async (): Promise<void> => {
    const closing = session;
    session = null;
    await closing?.close();
  };
  const project = projectMethods(opened);
  return {
    open: async (input) => {
      // a folder that cannot be opened leaves the open project open
      await readableFolder(input.folder);
      await close();
      session = new ProjectSession(await openProject(input), emit);
      session.start();
      return project['project.info']();
    },
    close,
    ...project,
    ...imageMethods(opened),
    ...editorMethods(opened),
    ...pixelMethods(opened),
    ...jobMethods(opened),
  };
}

function projectMethods(opened: Opened) {
  return {
    scanned: async () => opened().scanned(),
    'project.info': async () => {
      const { folder, dataFolder, readOnly, notices, db } = opened().project;
      return { folder, name: path.basename(folder), dataFolder, readOnly, notices, settings: readSettings(db) };
    },
    'project.counts': async () => opened().counts(),
    'project.settings.set': async (settings) => {
      const { project } = opened();
      assertWritable(project);
      project.db.transaction(() => {
        writeSettings(project.db, settings);
        appendAudit(project.db, { action: 'settings', imageId: null, contentHash: null, details: settings });
      });
      return settings;
    },
    'report.data': async ({ options }) => readReportData(opened().project, options),
  } satisfies Partial<ProjectPort>;
}

function imageMethods(opened: Opened) {
  return {
    'images.page': async (input) => {
      const { total, rows } = imagePage(opened().project.db, input);
      return { total, rows: toRecords(opened(), rows) };
    },
    'images.indexOf': async (input) => imageIndex(opened().project.db, input),
    'images.setStatus': async ({ imageId, status }) => {
      const { project, events } = opened();
      setImageStatus(project, imageId, status);
      events.imagesChanged([imageId]);
      return recordOf(opened(), imageId);
    },
    'defects.page': async (input) => defectPage(opened().project.db, input),
    imagePath: async ({ imageId }) => {
      const { project } = opened();
      return imagePath(project, requireImage(project.db, imageId));
    },
  } satisfies Partial<ProjectPort>;
}

function editorMethods(opened: Opened) {
  return {
    'editor.load': async ({ imageId }) => {
      const { project, events } = opened();
      const content = await ensureContent(project, events, imageId);
      return readImageDocument(project, imageId, content, recordOf(opened(), imageId).inference);
    },
    'editor.commit': async (edit) => {
      const { project, events } = opened();
      const revision = commitEdit(project, edit);
      events.imagesChanged([edit.imageId]);
      return { revision, image: recordOf(opened(), edit.imageId) };
    },
    setRegion: async ({ imageId, region }) => {
      const { project, events } = opened();
      assertWritable(project);
      project.db.transaction(() => {
        const document = ensureDocument(project.db, imageId);
        project.db.run('UPDATE documents SET region = ? WHERE id = ?', JSON.stringify(region), document.id);
        appendAudit(project.db, { action: 'region', imageId, contentHash: document.content_hash, details: { region } });
      });
      events.imagesChanged([imageId]);
      return region;
    },
  } satisfies Partial<ProjectPort>;
}

function pixelMethods(opened: Opened) {
  return {
    imageTile: async (input) => opened().pixels.imageTile(input),
    probabilityTile: async (input) => opened().pixels.probabilityTile(input),
    probabilityFile: async ({ imageId }) => opened().pixels.probabilityFile(imageId),
    thumbnail: async (input) => opened().pixels.thumbnail(input),
    crop: async (input) => opened().pixels.crop(input),
    overlay: async (input) => opened().pixels.overlay(input),
  } satisfies Partial<ProjectPort>;
}

function jobMethods(opened: Opened) {
  return {
    createInspectionJob: async (input) => {
      const { jobs, events } = opened();
      const { job, imageIds } = jobs.create(input);
      events.imagesChanged(imageIds, 'queued');
      return job;
    },
    unfinishedJob: async () => opened().jobs.unfinished(),
    setJobState: async ({ jobId, state, engine }) => {
      const { jobs, events } = opened();
      events.imagesChanged(jobs.setState(jobId, state, engine));
    },
    nextJobItems: async (input) => {
      const { jobs, events } = opened();
      const items = jobs.next(input);
      const imageIds = items.map((item) => item.imageId);
      events.imagesChanged(imageIds, 'running');
      return items;
    },
    storeResult: async (input) => {
      const { project, jobs, events } = opened();
      await storeResult(project, jobs, events, input);
      events.imagesChanged([input.imageId], 'done');
    },
    storeFailure: async (input) => {
      const { project, jobs, events } = opened();
      storeFailure(project, jobs, input);
      events.imagesChanged([input.imageId], recordOf(opened(), input.imageId).inference);
    },
  } satisfies Partial<ProjectPort>;
}

function recordOf(session: ProjectSession, imageId: number): ImageRecord {
  const row = requireImage(session.project.db, imageId);
  const [inference] = session.jobs.states([row]);
  return toImageRecord(row, inference ?? row.inference);
}

function toRecords(session: ProjectSession, rows: readonly ImageRow[]): ImageRecord[] {
  const states = session.jobs.states(rows);
  return rows.map((row, index) => toImageRecord(row, states[index] ?? row.inference));
}
