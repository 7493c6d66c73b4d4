import { readFile } from 'node:fs/promises';
import type { RemoteAccess, RemoteServer } from '#shared/domain/remote-server';
import { RailscopeError } from '#shared/errors/railscope-error';
import { GrpcProtocolClient } from './grpc-client';
import { HttpProtocolClient } from './http-client';
import type { ProtocolClient } from './protocol';

export interface ConnectionLimits {
  readonly connectTimeoutMs: number;
  /** for one attempt of one request, the answer included */
  readonly timeoutMs: number;
  /** requests in flight */
  readonly connections: number;
}

export const defaultConnectionLimits: ConnectionLimits = { connectTimeoutMs: 5_000, timeoutMs: 120_000, connections: 4 };

/** The protocol that the server is to be spoken to with; connections are made with the first call. @throws server-unreachable when the CA file cannot be read */
export async function connect({ server, token }: RemoteAccess, limits: ConnectionLimits): Promise<ProtocolClient> {
  const options = { url: server.url, token, ca: await readAuthority(server), ...limits };
  switch (server.protocol) {
    case 'http':
      return new HttpProtocolClient(options);
    case 'grpc':
      return new GrpcProtocolClient(options);
  }
}

/** scheme://host:port, for texts. */
export function addressOf(server: RemoteServer): string {
  return new URL(server.url).origin;
}

async function readAuthority(server: RemoteServer): Promise<Buffer | null> {
  if (server.caFile === '') return null;
  const fail = (reason: string, cause?: unknown): RailscopeError => {
    const details = { server: addressOf(server), reason, backend: 'open-inference' };
    return new RailscopeError('server-unreachable', `${details.server}: ${reason}`, details, cause);
  };
  const pem = await readFile(server.caFile).catch((error: unknown) => {
    throw fail(`cannot read the certificate file ${server.caFile}`, error);
  });
  // an empty or wrong file would otherwise mean "trust nobody" without a word
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw fail(`${server.caFile} holds no certificate in PEM form`);
  return pem;
}
