/** What every way of running a network offers; one conformance suite (`testing/backend-conformance.ts`) runs on all of them. */
import type { BackendId, DeviceState, ModelManifest, Precision } from '#shared/domain/model';

/** A dense tensor; `dims` multiply to `data.length`. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export type Tensors = Readonly<Record<string, Tensor>>;

export interface SessionStats {
  runs: number;
  /** time inside the session, all runs together */
  runMs: number;
}

/** `sha256` is one of the manifest's, or a word that says that nobody vouches for the weights. */
export interface RemoteWeights {
  readonly sha256: string;
  readonly precision: Precision;
}

export interface Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly device: string;
  readonly threads: number;
  /** of a network on a server: what the server says about its weights */
  readonly remoteWeights?: RemoteWeights;
  /**
   * @param tensors by input name, as the manifest says
   * @throws cancelled when `signal` was aborted before the start, out-of-memory, inference-failed
   */
  run(tensors: Tensors, signal?: AbortSignal): Promise<Tensors>;
  stats(): SessionStats;
  /** frees everything; further runs fail with inference-failed. Calling it twice is allowed. */
  dispose(): Promise<void>;
}

export interface SessionOptions {
  /** 0 = chosen from the machine */
  threads: number;
}

export interface InferenceBackend {
  readonly id: BackendId;
  /** the precisions it can run, best first */
  readonly precisions: readonly Precision[];
  /** it computes elsewhere: our weights are neither read nor needed */
  readonly remote?: true;
  /** which batch is best depends on the card: it is measured once and remembered */
  readonly measuresBatch?: true;
  /** tiles per run that suit this backend, within what the network allows */
  batch(limits: ModelManifest['input']['batch']): number;
  /** cheap and safe: never loads a driver into this process */
  probe(): Promise<DeviceState>;
  /**
   * @param weightsFile not looked at by remote backends
   * @throws model-invalid when it is not a network with the manifest's inputs and outputs, out-of-memory, backend-unavailable, server-unreachable, server-refused
   */
  open(manifest: ModelManifest, weightsFile: string, options: SessionOptions): Promise<Session>;
}
