/** What the inference process does for main and the command line. Paths, ids and runs cross; tensors never do. */
import type { DetectedInstance } from '../domain/defect';
import type { ImageHeader, RegionMode } from '../domain/image';
import type { ProfileEntry } from '../domain/machine-profile';
import type { Comparison, EngineWish, Speed } from '../domain/measurement';
import type { DeviceChoice, DeviceState, Engine, ModelSummary, Precision, ResultKind } from '../domain/model';
import type { Timings } from '../domain/editor';
import type { RemoteAccess, RemoteCheck } from '../domain/remote-server';
import type { Box } from '../geometry/box';
import type { MaskTile } from '../masks/types';

export interface OpenSessionInput {
  modelId: string;
  device: DeviceChoice;
  /** 0 = chosen from the machine */
  threads: number;
  /** left out = chosen: from the machine's profile, else by the backend */
  precision?: Precision;
  /** tiles per run; left out = chosen likewise */
  batch?: number;
  /** side of the square of source pixels of a tile; left out = the manifest's. For measurements */
  sourceTilePx?: number;
  /** the server of device `remote` */
  remote?: RemoteAccess | null;
}

export interface MeasureSpeedInput {
  modelId: string;
  wish: EngineWish;
  /** runs that are not timed, after the first */
  warmups: number;
  /** timed runs, at least 1 */
  loops: number;
  /** no further run is started after this time, except that three are timed in any case (fewer if `loops` says so) */
  maximumMs: number;
}

export interface CompareEnginesInput {
  modelId: string;
  reference: EngineWish;
  candidate: EngineWish;
  path: string;
  region: { mode: RegionMode; box: Box | null };
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
  kind: ResultKind;
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
  /** of probabilities, or of the scores of instances: see `SessionInfo.kind` */
  threshold: number;
  minimumAreaPx: number;
  /** grey PNG with 0 / 255 to write, null = none; the folder exists */
  maskPath: string | null;
  /**
   * 8-bit grey PNG to write, null = none: the probabilities inside the region, or each pixel's best score among the
   * instances that hold it. Instances are kept in a second file beside it (`detectionsPath`).
   */
  probabilityPath: string | null;
  /** whether the answer carries the label mask */
  wantTiles: boolean;
}

export interface InferImageOutput {
  header: ImageHeader;
  contentHash: string;
  region: { mode: RegionMode; box: Box | null };
  /** the part of the picture that the file at `probabilityPath` covers; null = none was written or asked for */
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
  /** Times bare runs on repeatable noise; nothing else should run meanwhile. @throws as `open`, inference-failed */
  measureSpeed(input: MeasureSpeedInput): Promise<Speed>;
  /** Both settings on the same tiles of one picture. Sessions stay open for the next picture. @throws as `open`, image-*, inference-failed */
  compareEngines(input: CompareEnginesInput): Promise<Comparison>;
  /** Keeps the best setting of this machine for a model. @throws disk-full, write-failed */
  saveProfile(input: Omit<ProfileEntry, 'runtime' | 'measuredAt'>): Promise<{ path: string }>;
  rethreshold(input: RethresholdInput): Promise<{ instances: DetectedInstance[]; tiles: MaskTile[] }>;
}
