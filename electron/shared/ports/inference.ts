/** What the inference process does for main and the command line. Paths, ids and runs cross; tensors never do. */
import type { DetectedInstance } from '../domain/defect';
import type { ImageHeader, RegionMode } from '../domain/image';
import type { DeviceChoice, DeviceState, Engine, ModelSummary } from '../domain/model';
import type { Timings } from '../domain/editor';
import type { RemoteAccess, RemoteCheck } from '../domain/remote-server';
import type { Box } from '../geometry/box';
import type { MaskTile } from '../masks/types';

export interface OpenSessionInput {
  modelId: string;
  device: DeviceChoice;
  /** 0 = chosen from the machine */
  threads: number;
  /** the server of device `remote` */
  remote?: RemoteAccess | null;
}

/** Which server the device list is to look at; nothing = none. */
export type DevicesInput = { remote: RemoteAccess | null } | undefined;

export interface SessionInfo {
  sessionId: number;
  engine: Engine;
  threads: number;
  batch: number;
  loadMs: number;
  warmupMs: number;
  threshold: number;
  minimumAreaPx: number;
}

export interface InferImageInput {
  sessionId: number;
  /** the caller's name for the request: priority and cancel use it */
  requestId: number;
  path: string;
  /** where to look; `auto` with no box = find the rail band if the model asks for it and the picture shows one */
  region: { mode: RegionMode; box: Box | null };
  threshold: number;
  minimumAreaPx: number;
  /** grey PNG with 0 / 255 to write, null = none; the folder exists */
  maskPath: string | null;
  /** 8-bit grey PNG of the probabilities inside the region to write, null = none */
  probabilityPath: string | null;
  /** whether the answer carries the label mask */
  wantTiles: boolean;
}

export interface InferImageOutput {
  header: ImageHeader;
  contentHash: string;
  region: { mode: RegionMode; box: Box | null };
  /** the part of the picture that the probability file covers; null = none was written or asked for */
  probabilityBox: Box | null;
  tileCount: number;
  instances: DetectedInstance[];
  tiles: MaskTile[];
  timings: Timings;
}

export interface RethresholdInput {
  modelId: string;
  probabilityPath: string;
  probabilityBox: Box;
  width: number;
  height: number;
  threshold: number;
  minimumAreaPx: number;
}

export interface InferencePort {
  models(input: undefined): Promise<ModelSummary[]>;
  devices(input: DevicesInput): Promise<DeviceState[]>;
  /** tests a server with one tile of a model of the catalog. @throws server-unreachable, server-refused, model-missing, model-invalid, inference-failed */
  checkRemote(input: { remote: RemoteAccess; modelId: string }): Promise<RemoteCheck>;
  /** @throws model-missing, model-hash-mismatch, model-invalid, backend-unavailable, server-unreachable, server-refused, out-of-memory */
  open(input: OpenSessionInput): Promise<SessionInfo>;
  close(input: { sessionId: number }): Promise<void>;
  /** Several requests may be open; they are pipelined. @throws image-*, inference-failed, out-of-memory, cancelled, disk-full */
  infer(input: InferImageInput): Promise<InferImageOutput>;
  /** runs this request before the others that wait */
  prioritise(input: { requestId: number }): Promise<void>;
  /** honoured between batches; the request ends with `cancelled`. null = all */
  cancel(input: { requestId: number | null }): Promise<void>;
  findRegion(input: { path: string }): Promise<{ header: ImageHeader; box: Box | null }>;
  rethreshold(input: RethresholdInput): Promise<{ instances: DetectedInstance[]; tiles: MaskTile[] }>;
}
