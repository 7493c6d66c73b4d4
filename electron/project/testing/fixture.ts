/** A folder of small pictures in the system's temporary folder, and services opened on it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeGreyPng } from '#imaging';
import type { DetectedInstance } from '#shared/domain/defect';
import type { EditCommit, ImageDocument, InferenceSummary } from '#shared/domain/editor';
import type { ImageRecord } from '#shared/domain/image';
import type { Engine } from '#shared/domain/model';
import type { ProjectInfo } from '#shared/domain/project';
import type { ImageFilter } from '#shared/ipc/contract';
import type { MaskTile } from '#shared/masks/types';
import { encodeTileRuns, TILE_AREA_PX } from '#shared/masks/tile-runs';
import type { JobItem, OpenProjectInput, ProjectPort, StoreResultInput } from '#shared/ports/project';
import { createProjectService } from '../service';

export interface Fixture {
  folder: string;
  userDataFolder: string;
  service: ProjectPort;
  info: ProjectInfo;
  events: { event: string; payload: unknown }[];
  openInput: OpenProjectInput;
  /** another window on the same folder */
  openAnother(): Promise<Omit<Fixture, 'openAnother' | 'reopen' | 'dispose'>>;
  reopen(): Promise<ProjectInfo>;
  dispose(): Promise<void>;
}

export const WIDTH = 300;
export const HEIGHT = 280;
export const allImages: ImageFilter = { text: '', status: [], only: 'all' };
export const engine: Engine = { modelId: 'm', modelSha256: 'a'.repeat(64), backend: 'ort-cpu', device: 'CPU', precision: 'fp32' };

/** A grey PNG whose content depends on `seed`. */
export async function picture(seed = 0, width = WIDTH, height = HEIGHT): Promise<Buffer> {
  const data = new Uint8Array(width * height).map((_, index) => (index * 7 + seed * 13) % 40);
  return encodeGreyPng(data, width, height);
}

export async function writeFiles(folder: string, files: Record<string, Uint8Array | string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
}

/** Opens a project on those files and waits for the end of the scan. */
export async function openFixture(files: Record<string, Uint8Array | string>): Promise<Fixture> {
  const root = await mkdtemp(path.join(tmpdir(), 'railscope-project-'));
  const folder = path.join(root, 'pictures');
  const userDataFolder = path.join(root, 'user');
  await mkdir(folder);
  await writeFiles(folder, files);
  const openInput: OpenProjectInput = { folder, userDataFolder, dataFolder: null, appVersion: '9.9.9' };
  const opened: ProjectPort[] = [];
  const open = async () => {
    const events: Fixture['events'] = [];
    const service = createProjectService((event, payload) => void events.push({ event, payload }));
    opened.push(service);
    const info = await service.open(openInput);
    await service.scanned(undefined);
    return { folder, userDataFolder, service, info, events, openInput };
  };
  const first = await open();
  return {
    ...first,
    openAnother: open,
    reopen: async () => {
      await first.service.close(undefined);
      const info = await first.service.open(openInput);
      await first.service.scanned(undefined);
      return info;
    },
    dispose: async () => {
      for (const service of opened) await service.close(undefined);
      await rm(root, { recursive: true, force: true });
    },
  };
}

export async function listImages(service: ProjectPort, filter: ImageFilter = allImages): Promise<ImageRecord[]> {
  return (await service['images.page']({ page: { offset: 0, limit: 1000 }, filter, sort: 'path' })).rows;
}

export async function firstImage(service: ProjectPort): Promise<ImageRecord> {
  const [image] = await listImages(service);
  if (!image) throw new Error('the fixture has no image');
  return image;
}

/** A tile with one rectangle of `label`. */
export function tileWith(label: number, x: number, y: number, width: number, height: number, tileX = 0, tileY = 0): MaskTile {
  const labels = new Uint16Array(TILE_AREA_PX);
  for (let row = y; row < y + height; row++) labels.fill(label, row * 256 + x, row * 256 + x + width);
  return { tileX, tileY, runs: encodeTileRuns(labels) };
}

export function edit(document: ImageDocument, changes: Partial<EditCommit> = {}): EditCommit {
  return {
    imageId: document.image.id,
    contentHash: document.contentHash,
    baseRevision: document.revision,
    action: 'brush',
    tiles: [],
    defects: [],
    removedLabels: [],
    ...changes,
  };
}

export const humanDefect = {
  label: 7,
  classCode: 'crack',
  grade: 'minor',
  decision: 'unreviewed',
  note: '',
  origin: 'human',
  score: null,
  box: { x: 10, y: 10, width: 4, height: 4 },
  areaPx: 16,
} as const satisfies ImageDocument['review']['defects'][number];

export const foundInstance: DetectedInstance = {
  label: 1,
  classCode: 'defect',
  score: 0.8,
  box: { x: 20, y: 30, width: 10, height: 5 },
  areaPx: 50,
};

export function summary(changes: Partial<InferenceSummary> = {}): InferenceSummary {
  const timings = { decode: 1, preprocess: 2, run: 30, postprocess: 4, total: 2000 };
  return {
    engine,
    timings,
    tiles: 4,
    kind: 'probability',
    threshold: 0.5,
    minimumAreaPx: 8,
    finishedAtMs: 1,
    probabilityBox: null,
    ...changes,
  };
}

/** What the inference process says of a job's picture. */
export function resultOf(jobId: number, item: JobItem, document: ImageDocument, changes: Partial<StoreResultInput> = {}): StoreResultInput {
  const { header } = document.image;
  if (!header) throw new Error('the document has no header');
  return {
    jobId,
    imageId: item.imageId,
    header,
    contentHash: document.contentHash,
    region: { mode: 'auto', box: { x: 0, y: 0, width: 100, height: HEIGHT } },
    instances: [foundInstance],
    tiles: [tileWith(1, 20, 30, 10, 5)],
    summary: summary(),
    ...changes,
  };
}

/** Runs a job of one picture with that answer. */
export async function infer(service: ProjectPort, imageId: number, changes: Partial<StoreResultInput> = {}): Promise<ImageDocument> {
  const job = await service.createInspectionJob({ modelId: 'm', device: 'cpu', scope: 'one', imageId });
  const [item] = await service.nextJobItems({ jobId: job.jobId, limit: 1, exclude: [], first: null });
  if (!item) throw new Error('the job has no item');
  await service.storeResult(resultOf(job.jobId, item, await service['editor.load']({ imageId }), changes));
  await service.setJobState({ jobId: job.jobId, state: 'done', engine });
  return service['editor.load']({ imageId });
}

/** Waits until `condition` gives something other than null. */
export async function until<T>(condition: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const value = await condition();
    if (value !== null) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
