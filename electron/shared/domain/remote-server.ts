import { z } from 'zod';

/** http(s)://host[:port][/prefix]; nothing secret may hide in it, since it is stored and shown. */
const serverUrlSchema = z
  .string()
  .max(2000)
  .refine((text) => serverUrlFault(text) === null, { error: ({ input }) => serverUrlFault(String(input)) ?? 'not valid' });

export const remoteProtocolSchema = z.enum(['http', 'grpc']);
export type RemoteProtocol = z.infer<typeof remoteProtocolSchema>;

/** A server of the Open Inference Protocol as the inspector names it. The access token is never part of it. */
export const remoteServerSchema = z.object({
  url: serverUrlSchema,
  protocol: remoteProtocolSchema,
  /** name of the network on the server; empty = the id in our catalogue */
  model: z.string().max(200),
  /** empty = the server chooses */
  version: z.string().max(50),
  /** PEM file of the authority that signed the server's certificate; empty = those of the system */
  caFile: z.string().max(4096),
});
export type RemoteServer = z.infer<typeof remoteServerSchema>;

/** What the inference process needs to reach a server; lives in memory only. */
export interface RemoteAccess {
  server: RemoteServer;
  token: string | null;
}

/** Not wrong, but worth knowing. */
export const remoteWarningSchema = z.enum(['token-unencrypted', 'json-tensors', 'weights-unverified']);

/** What a test of the connection found out, one tile run included. */
export const remoteCheckSchema = z.object({
  /** name and version that the server gives itself */
  server: z.string(),
  /** name and version of the network on the server */
  model: z.string(),
  modelId: z.string(),
  /** one tile there and back */
  roundTripMs: z.number(),
  warnings: z.array(remoteWarningSchema),
});
export type RemoteCheck = z.infer<typeof remoteCheckSchema>;

/** Tokens travel as one HTTP header. */
export const tokenSchema = z.string().regex(/^[\x21-\x7e]{1,8192}$/);

/** What is wrong with a server's address, in English; null = nothing. */
export function serverUrlFault(text: string): string | null {
  const match = /^(https?):\/\/(\[[0-9a-f:.]+\]|[^\s/?#@:[\]]+)(:\d{1,5})?(\/[^\s?#]*)?$/i.exec(text);
  if (match) return Number(match[3]?.slice(1) ?? 1) > 65_535 ? 'the port is above 65535' : null;
  if (!/^https?:\/\//i.test(text)) return 'it must start with http:// or https://';
  return text.includes('@') ? 'it must not hold a user name or password' : 'it must read http(s)://host[:port][/path]';
}
