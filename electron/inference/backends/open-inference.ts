/** A server of the Open Inference Protocol as a backend: Triton, KServe, OpenVINO Model Server, our own `railscope serve`. */
import type { DeviceState, ModelManifest } from '#shared/domain/model';
import type { RemoteAccess, RemoteCheck, RemoteServer } from '#shared/domain/remote-server';
import { RailscopeError } from '#shared/errors/railscope-error';
import { isLoopback } from '#shared/loopback';
import { addressOf, connect, defaultConnectionLimits, type ConnectionLimits } from '../open-inference/connect';
import { matchModel } from '../open-inference/match-model';
import {
  BINARY_EXTENSION,
  type ModelAddress,
  type ModelMetadata,
  type ProtocolClient,
  type ServerMetadata,
} from '../open-inference/protocol';
import { defaultRetryPolicy, withRetries, type RetryPolicy } from '../open-inference/retry';
import { ServerFailure, toRailscopeError } from '../open-inference/server-failure';
import type { InferenceBackend, RemoteWeights } from './backend';
import { requireProbability } from '../catalog/require-probability';
import { RemoteSession } from './remote-session';

/** Where nobody vouches for the weights: stored with every result in place of their hash. */
export const UNVERIFIED_WEIGHTS = 'not-verified';
/** A device list must not wait for a server that is not there. */
const PROBE_LIMITS: ConnectionLimits = { connectTimeoutMs: 3_000, timeoutMs: 4_000, connections: 1 };

export interface RemoteTuning {
  readonly limits: ConnectionLimits;
  readonly retry: RetryPolicy;
}

const defaultTuning: RemoteTuning = { limits: defaultConnectionLimits, retry: defaultRetryPolicy };

/** @param access null = no server was named: the backend is listed as unavailable */
export function openInference(access: RemoteAccess | null, tuning: RemoteTuning = defaultTuning): InferenceBackend {
  return {
    id: 'open-inference',
    precisions: ['fp32'],
    remote: true,
    // as many tiles as the network allows: the session cuts them into requests that travel at the same time
    batch: ({ dynamic, preferred, maximum }) => (dynamic ? maximum : preferred),
    probe: () => probe(access),
    open: async (manifest) => openRemote(manifest, requireAccess(access), tuning),
  };
}

/**
 * Reaches the server, compares its network with the manifest and runs one tile.
 * @throws server-unreachable, server-refused, model-invalid, inference-failed
 */
export async function checkRemote(
  access: RemoteAccess,
  manifest: ModelManifest,
  tuning: RemoteTuning = defaultTuning,
): Promise<RemoteCheck> {
  const session = await openRemote(manifest, access, tuning);
  try {
    const { channels, height, width, batch, name } = manifest.input;
    const tiles = batch.dynamic ? 1 : batch.preferred;
    const data = new Float32Array(tiles * channels * height * width);
    const startMs = performance.now();
    await session.run({ [name]: { dims: [tiles, channels, height, width], data } });
    const warnings: RemoteCheck['warnings'] = [];
    if (access.token !== null && sendsInClear(access.server)) warnings.push('token-unencrypted');
    if (session.usesJson) warnings.push('json-tensors');
    if (session.remoteWeights.sha256 === UNVERIFIED_WEIGHTS) warnings.push('weights-unverified');
    return {
      server: session.serverName,
      model: session.modelName,
      modelId: manifest.id,
      roundTripMs: performance.now() - startMs,
      warnings,
    };
  } finally {
    await session.dispose();
  }
}

async function probe(access: RemoteAccess | null): Promise<DeviceState> {
  const state = { backend: 'open-inference', threads: null } as const;
  if (!access) return { ...state, available: false, device: '', reason: 'no server is set' };
  const device = addressOf(access.server);
  let client: ProtocolClient | null = null;
  try {
    client = await connect(access, PROBE_LIMITS);
    const ready = await client.ready();
    return { ...state, available: ready, device, reason: ready ? null : 'the server is not ready' };
  } catch (error) {
    return { ...state, available: false, device, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    client?.close();
  }
}

async function openRemote(given: ModelManifest, access: RemoteAccess, { limits, retry }: RemoteTuning): Promise<RemoteSession> {
  const manifest = requireProbability(given);
  const server = addressOf(access.server);
  const client = await connect(access, limits);
  try {
    const model: ModelAddress = { name: access.server.model || manifest.id, version: access.server.version };
    const { about, metadata } = await withRetries(() => readMetadata(client, model), retry);
    const match = matchModel(manifest, metadata);
    if (typeof match === 'string') throw mismatch(manifest, `${server}/${model.name}`, match);
    const version = model.version || metadata.versions?.at(-1) || '';
    const raw = access.server.protocol === 'grpc' || about.extensions?.includes(BINARY_EXTENSION) === true;
    return new RemoteSession({
      client,
      model,
      manifest,
      inputs: metadata.inputs.map(({ name }) => name),
      outputs: metadata.outputs.map(({ name }) => name),
      serverName: [about.name, about.version].filter(Boolean).join(' '),
      server,
      modelName: [model.name, version].filter(Boolean).join('/'),
      weights: weightsOf(manifest, metadata),
      fixedBatch: match.fixedBatch,
      binary: raw ? true : null,
      retry,
      concurrency: limits.connections,
    });
  } catch (error) {
    client.close();
    throw toRailscopeError(error, server);
  }
}

async function readMetadata(client: ProtocolClient, model: ModelAddress): Promise<{ about: ServerMetadata; metadata: ModelMetadata }> {
  if (!(await client.ready())) throw new ServerFailure('the server is not ready', { code: 'server-unreachable', retryable: true });
  return { about: await client.serverMetadata(), metadata: await client.modelMetadata(model) };
}

/** A hash counts only where the manifest knows it: then it is surely one of our networks. */
function weightsOf(manifest: ModelManifest, { properties }: ModelMetadata): RemoteWeights {
  const known = manifest.weights.find(({ sha256 }) => sha256 === properties?.['sha256']);
  return known ? { sha256: known.sha256, precision: known.precision } : { sha256: UNVERIFIED_WEIGHTS, precision: 'fp32' };
}

function sendsInClear({ url }: RemoteServer): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isLoopback(hostname);
}

function mismatch(manifest: ModelManifest, path: string, reason: string): RailscopeError {
  return new RailscopeError('model-invalid', `${path}: ${reason}`, { model: manifest.id, path, reason });
}

function requireAccess(access: RemoteAccess | null): RemoteAccess {
  if (access) return access;
  const details = { backend: 'open-inference', reason: 'no server is set' };
  throw new RailscopeError('backend-unavailable', `open-inference: ${details.reason}`, details);
}
