/** What the serving process does for `railscope serve`: our models over the Open Inference Protocol. */
import type { DeviceChoice, Engine } from '../domain/model';

export interface ServeInput {
  /** of RailScope, which the server names */
  version: string;
  /** null = every usable model of the catalog */
  models: string[] | null;
  device: DeviceChoice;
  /** 0 = chosen from the machine */
  threads: number;
  host: string;
  /** 0 = a free one */
  port: number;
  /** null = none is asked for; allowed on loopback addresses only */
  token: string | null;
  /** PEM files; null = plain HTTP */
  tls: { certFile: string; keyFile: string } | null;
  limits: ServeLimits;
}

export interface ServeLimits {
  bodyBytes: number;
  /** inference requests that may be read, wait or run at a time */
  pending: number;
  /** the same of one client address */
  pendingPerClient: number;
  /** longest time for an inference request, its wait included */
  requestTimeoutMs: number;
  /** longest wait for requests in work when it is told to stop */
  shutdownMs: number;
}

export const defaultServeLimits: ServeLimits = {
  bodyBytes: 64 * 1024 * 1024,
  pending: 32,
  pendingPerClient: 16,
  requestTimeoutMs: 60_000,
  shutdownMs: 10_000,
};

export interface ServedModel {
  id: string;
  engine: Engine;
}

export interface ServeInfo {
  url: string;
  models: ServedModel[];
  /** models that could not be opened, and why; only where all models were asked for */
  failed: { id: string; reason: string }[];
}

export interface ServingPort {
  /** @throws model-*, backend-unavailable, out-of-memory, address-unusable, bad-request for an address that needs a token */
  start(input: ServeInput): Promise<ServeInfo>;
  /** Takes no more requests, finishes those in work within the limit, closes. Calling it twice is allowed. */
  stop(input: undefined): Promise<void>;
  /** settles when the server ended without being told to, with the reason */
  ended(input: undefined): Promise<string>;
}
