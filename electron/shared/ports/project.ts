/** What the project process does: the only writer of a project's database, and the server of its pixels. */
import type { ChannelInput, ChannelOfHost, ChannelOutput } from '../ipc/contract';
import type { DetectedInstance } from '../domain/defect';
import type { ImageHeader, Region } from '../domain/image';
import type { InferenceSummary } from '../domain/editor';
import type { DeviceChoice, Engine } from '../domain/model';
import type { ProjectCounts, ProjectInfo } from '../domain/project';
import type { ErrorInfo } from '../errors/codes';
import type { JobState } from '../jobs/types';
import type { MaskTile } from '../masks/types';

/** Window channels that main passes on unchanged. */
export type ProjectChannels = { [C in ChannelOfHost<'project'>]: (input: ChannelInput<C>) => Promise<ChannelOutput<C>> };

export interface OpenProjectInput {
  folder: string;
  /** where projects of read-only folders live */
  userDataFolder: string;
  /** use exactly this folder for the database (command line, tests); null = <folder>/.railscope or below userDataFolder */
  dataFolder: string | null;
  appVersion: string;
}

export interface InspectionJobRow {
  jobId: number;
  state: JobState;
  modelId: string;
  device: DeviceChoice;
  total: number;
  done: number;
  failed: number;
}

/** One picture that a job has still to do. */
export interface JobItem {
  imageId: number;
  path: string;
  region: Region;
  /** where the probability map is to be written */
  probabilityPath: string;
}

export interface StoreResultInput {
  jobId: number;
  imageId: number;
  header: ImageHeader;
  contentHash: string;
  region: Region;
  instances: DetectedInstance[];
  tiles: MaskTile[];
  summary: InferenceSummary;
}

export interface StoreFailureInput {
  jobId: number;
  imageId: number;
  error: ErrorInfo;
}

export interface RawTile {
  width: number;
  height: number;
  channels: 1 | 3;
  bitDepth: 8 | 16;
  /** samples row-major, interleaved; 16 bit little endian */
  bytes: Uint8Array;
}

export interface EncodedImage {
  mime: 'image/jpeg' | 'image/png';
  bytes: Uint8Array;
}

export interface ProjectPort extends ProjectChannels {
  /** Starts the scan and answers at once. @throws folder-missing, folder-unreadable, project-corrupt, project-too-new, disk-full */
  open(input: OpenProjectInput): Promise<ProjectInfo>;
  close(input: undefined): Promise<void>;
  /** resolves when the scan that runs now is finished */
  scanned(input: undefined): Promise<ProjectCounts>;

  imagePath(input: { imageId: number }): Promise<string>;
  imageTile(input: { imageId: number; level: number; tileX: number; tileY: number }): Promise<RawTile>;
  probabilityTile(input: { imageId: number; level: number; tileX: number; tileY: number }): Promise<RawTile>;
  thumbnail(input: { imageId: number }): Promise<EncodedImage>;
  crop(input: {
    imageId: number;
    x: number;
    y: number;
    width: number;
    height: number;
    maxSidePx: number;
    stretch: 'auto' | 'none';
  }): Promise<EncodedImage>;
  overlay(input: {
    imageId: number;
    label: number;
    x: number;
    y: number;
    width: number;
    height: number;
    maxSidePx: number;
    layer: 'review' | 'model';
  }): Promise<EncodedImage>;
  setRegion(input: { imageId: number; region: Region }): Promise<Region>;
  /** what `editor.rethreshold` needs; null where no map was kept */
  probabilityFile(input: { imageId: number }): Promise<{ path: string; summary: InferenceSummary; header: ImageHeader } | null>;

  createInspectionJob(input: {
    modelId: string;
    device: DeviceChoice;
    scope: 'missing' | 'all' | 'one';
    imageId: number | null;
  }): Promise<InspectionJobRow>;
  /** the job that was cut off by a crash or an exit; null = none. Resumes at its first unfinished picture. */
  unfinishedJob(input: undefined): Promise<InspectionJobRow | null>;
  setJobState(input: { jobId: number; state: JobState; engine: Engine | null }): Promise<void>;
  /** the next pictures in list order that are neither finished nor in `exclude`; `first` goes before the others when it is among them */
  nextJobItems(input: { jobId: number; limit: number; exclude: number[]; first: number | null }): Promise<JobItem[]>;
  storeResult(input: StoreResultInput): Promise<void>;
  storeFailure(input: StoreFailureInput): Promise<void>;
}

/** Events of the project process, with payloads of the window events of the same name. */
export const projectEvents = { counts: 'project.counts', imagesChanged: 'images.changed', notice: 'notice' } as const;
