/** The Open Inference Protocol over gRPC. Tensors are always raw. */
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { z } from 'zod';
import { grpcCodec, type GrpcMethod } from './grpc-schema';
import type { ConnectOptions } from './http-client';
import {
  FLOAT_DATATYPE,
  modelMetadataSchema,
  serverMetadataSchema,
  type InferRequest,
  type ModelAddress,
  type ModelMetadata,
  type ProtocolClient,
  type ServerMetadata,
  type WireTensor,
} from './protocol';
import { ServerFailure, type FailureFacts } from './server-failure';
import { floatsOf } from './tensor-message';

const METADATA_LIMIT_BYTES = 4_000_000;
const QUESTION_TIMEOUT_MS = 15_000;

const inferResponseSchema = z.object({
  outputs: z.array(
    z.object({
      name: z.string(),
      datatype: z.string(),
      shape: z.array(z.number().int().nonnegative()),
      contents: z.object({ fp32_contents: z.array(z.number()) }).nullish(),
    }),
  ),
  raw_output_contents: z.array(z.instanceof(Uint8Array)),
});

export class GrpcProtocolClient implements ProtocolClient {
  readonly #options: ConnectOptions;
  /** one per answer limit: grpc-js takes the limit for a whole channel */
  readonly #channels = new Map<number, Client>();

  constructor(options: ConnectOptions) {
    this.#options = options;
  }

  async live(signal?: AbortSignal): Promise<boolean> {
    return z.object({ live: z.boolean() }).parse(await this.#ask('ServerLive', {}, signal)).live;
  }

  async ready(signal?: AbortSignal): Promise<boolean> {
    return z.object({ ready: z.boolean() }).parse(await this.#ask('ServerReady', {}, signal)).ready;
  }

  async serverMetadata(signal?: AbortSignal): Promise<ServerMetadata> {
    return serverMetadataSchema.parse(await this.#ask('ServerMetadata', {}, signal));
  }

  async modelMetadata({ name, version }: ModelAddress, signal?: AbortSignal): Promise<ModelMetadata> {
    return modelMetadataSchema.parse(await this.#ask('ModelMetadata', { name, version }, signal));
  }

  async infer({ model, inputs, outputs, answerLimitBytes }: InferRequest, signal?: AbortSignal): Promise<WireTensor[]> {
    const request = {
      model_name: model.name,
      model_version: model.version,
      inputs: inputs.map(({ name, shape }) => ({ name, shape, datatype: FLOAT_DATATYPE })),
      outputs: outputs.map((name) => ({ name })),
      raw_input_contents: inputs.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
    };
    const answer = await this.#call('ModelInfer', request, signal, { timeoutMs: this.#options.timeoutMs, limitBytes: answerLimitBytes });
    const parsed = inferResponseSchema.safeParse(answer);
    if (!parsed.success) throw unusable('the answer does not follow the protocol');
    const { outputs: described, raw_output_contents: raw } = parsed.data;
    return described.map(({ name, datatype, shape, contents }, at) => {
      if (datatype !== FLOAT_DATATYPE) throw unusable(`output "${name}" is ${datatype}, expected ${FLOAT_DATATYPE}`);
      const bytes = raw[at];
      const data = bytes && bytes.length % 4 === 0 ? floatsOf(bytes) : Float32Array.from(contents?.fp32_contents ?? []);
      const count = shape.reduce((product, size) => product * size, 1);
      if (data.length !== count) throw unusable(`output "${name}" has ${data.length} values, its shape needs ${count}`);
      return { name, shape, data };
    });
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }

  #ask(method: GrpcMethod, request: object, signal: AbortSignal | undefined): Promise<unknown> {
    const timeoutMs = Math.min(QUESTION_TIMEOUT_MS, this.#options.timeoutMs);
    return this.#call(method, request, signal, { timeoutMs, limitBytes: METADATA_LIMIT_BYTES });
  }

  #call(
    method: GrpcMethod,
    request: object,
    signal: AbortSignal | undefined,
    { timeoutMs, limitBytes }: { timeoutMs: number; limitBytes: number },
  ): Promise<unknown> {
    const { token } = this.#options;
    const metadata = new Metadata();
    if (token !== null) metadata.set('authorization', `Bearer ${token}`);
    const { path, serialize, deserialize } = grpcCodec(method);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new ServerFailure('cancelled', { code: 'cancelled', retryable: false }));
        return;
      }
      const onAbort = (): void => call.cancel();
      const call = this.#channel(limitBytes).makeUnaryRequest(
        path,
        serialize,
        deserialize,
        request,
        metadata,
        { deadline: Date.now() + timeoutMs },
        (error, answer) => {
          signal?.removeEventListener('abort', onAbort);
          if (error) reject(failureOf(error, timeoutMs));
          else resolve(answer);
        },
      );
      signal?.addEventListener('abort', onAbort);
    });
  }

  #channel(limitBytes: number): Client {
    const known = this.#channels.get(limitBytes);
    if (known) return known;
    const { url, ca, connectTimeoutMs } = this.#options;
    const { host, hostname, port, protocol } = new URL(url);
    const secure = protocol === 'https:';
    const channel = new Client(
      port === '' ? `${hostname}:${secure ? 443 : 80}` : host,
      secure ? credentials.createSsl(ca) : credentials.createInsecure(),
      {
        'grpc.max_receive_message_length': limitBytes,
        'grpc.max_send_message_length': -1,
        'grpc.initial_reconnect_backoff_ms': 200,
        'grpc.max_reconnect_backoff_ms': connectTimeoutMs,
        // the address is the inspector's word; nothing is sent anywhere else
        'grpc.enable_http_proxy': 0,
      },
    );
    this.#channels.set(limitBytes, channel);
    return channel;
  }
}

const codeOfStatus: Readonly<Partial<Record<status, FailureFacts['code']>>> = {
  [status.CANCELLED]: 'cancelled',
  [status.UNAVAILABLE]: 'server-unreachable',
  [status.DEADLINE_EXCEEDED]: 'server-unreachable',
  [status.UNAUTHENTICATED]: 'server-refused',
  [status.PERMISSION_DENIED]: 'server-refused',
  [status.NOT_FOUND]: 'server-refused',
  [status.UNIMPLEMENTED]: 'server-refused',
  [status.RESOURCE_EXHAUSTED]: 'server-refused',
};

function failureOf(error: ServiceError, timeoutMs: number): ServerFailure {
  const code = codeOfStatus[error.code] ?? 'inference-failed';
  const name = status[error.code];
  const said = error.code === status.DEADLINE_EXCEEDED ? `no complete answer within ${timeoutMs} ms` : error.details.slice(0, 300);
  return new ServerFailure(`${name}: ${said}`, {
    code,
    retryable: error.code === status.UNAVAILABLE && !isCertificateFault(error.details),
  });
}

function isCertificateFault(details: string): boolean {
  return /certificate|self[- ]signed|SSL routines|altnames/i.test(details);
}

function unusable(reason: string): ServerFailure {
  return new ServerFailure(reason, { code: 'inference-failed', retryable: false });
}
