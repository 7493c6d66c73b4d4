/**
 * The Open Inference Protocol (version 2), as KServe, Triton and others speak it: the parts that RailScope uses, for
 * the client (`backends/open-inference.ts`) and for our own server (`serving/`).
 */
import { z } from 'zod';

/** The one datatype that crosses: pictures go in and probabilities come out as 32-bit floats. */
export const FLOAT_DATATYPE = 'FP32';
/** How servers name the extension for raw tensors behind the JSON header. */
export const BINARY_EXTENSION = 'binary_tensor_data';
/** Length in bytes of the JSON at the start of a body with raw tensors. */
export const HEADER_LENGTH = 'inference-header-content-length';

export interface WireTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const tensorMetadataSchema = z.object({
  name: z.string(),
  datatype: z.string(),
  /** -1 = any; some servers send 64-bit numbers as text */
  shape: z.array(z.coerce.number().int()),
});

export const serverMetadataSchema = z.object({
  name: z.string().default(''),
  version: z.string().default(''),
  extensions: z.array(z.string()).nullish(),
});
export type ServerMetadata = z.infer<typeof serverMetadataSchema>;

export const modelMetadataSchema = z.object({
  name: z.string(),
  versions: z.array(z.string()).nullish(),
  platform: z.string().nullish(),
  inputs: z.array(tensorMetadataSchema),
  outputs: z.array(tensorMetadataSchema),
  /** our own server names the hash of its weights here */
  properties: z.record(z.string(), z.string()).nullish(),
});
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;

/** A network on a server. */
export interface ModelAddress {
  readonly name: string;
  /** empty = the server chooses */
  readonly version: string;
}

export interface InferRequest {
  readonly model: ModelAddress;
  readonly inputs: readonly WireTensor[];
  readonly outputs: readonly string[];
  /** raw tensors; false = numbers in JSON. gRPC always sends them raw. */
  readonly binary: boolean;
  /** largest answer that is read */
  readonly answerLimitBytes: number;
}

/** One server through one protocol. Every call is one attempt: retries are the caller's. */
export interface ProtocolClient {
  /** @throws ServerFailure */
  live(signal?: AbortSignal): Promise<boolean>;
  /** @throws ServerFailure */
  ready(signal?: AbortSignal): Promise<boolean>;
  /** @throws ServerFailure */
  serverMetadata(signal?: AbortSignal): Promise<ServerMetadata>;
  /** @throws ServerFailure */
  modelMetadata(model: ModelAddress, signal?: AbortSignal): Promise<ModelMetadata>;
  /** @throws ServerFailure */
  infer(request: InferRequest, signal?: AbortSignal): Promise<WireTensor[]>;
  /** ends its connections; open calls fail */
  close(): void;
}

/** A message that does not follow the protocol; the text is for the other side. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
