/**
 * The access token of the inference server: encrypted by the system's key store, and bound to the server it was given
 * for, so that a changed address never receives it. It leaves this process only towards the inference process.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { RemoteTokenState } from '#shared/ipc/contract';
import { tokenSchema } from '#shared/domain/remote-server';

/** The key store of the system. */
export interface Vault {
  /** false also where it would only seem to encrypt */
  isAvailable(): boolean;
  encrypt(text: string): Buffer;
  /** @throws Error when it was encrypted by another user or system */
  decrypt(bytes: Buffer): string;
}

export interface RemoteTokens {
  state(): RemoteTokenState;
  /** @param url of a server. @returns its token; null = none was given for it */
  get(url: string): string | null;
  /** @param token null = forget it. @throws disk-full, write-failed */
  set(url: string, token: string | null): Promise<void>;
}

const secretSchema = z.object({ origin: z.string(), token: tokenSchema });

/** @param file of the user's data folder; one that cannot be decrypted counts as none */
export async function openRemoteTokens(file: string, vault: Vault): Promise<RemoteTokens> {
  let secret = await readSecret(file, vault);
  let stored = secret !== null;
  return {
    state: () => (secret === null ? { kind: 'none', origin: null } : { kind: stored ? 'stored' : 'session', origin: secret.origin }),
    get: (url) => (secret?.origin === originOf(url) ? secret.token : null),
    async set(url, token) {
      secret = token === null ? null : { origin: originOf(url), token };
      stored = false;
      if (secret === null || !vault.isAvailable()) {
        await rm(file, { force: true });
        return;
      }
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, vault.encrypt(JSON.stringify(secret)), { mode: 0o600, flush: true });
      stored = true;
    },
  };
}

async function readSecret(file: string, vault: Vault): Promise<z.infer<typeof secretSchema> | null> {
  const bytes = await readFile(file).catch(() => null);
  if (!bytes || !vault.isAvailable()) return null;
  try {
    return secretSchema.parse(JSON.parse(vault.decrypt(bytes)));
  } catch {
    return null;
  }
}

function originOf(url: string): string {
  return new URL(url).origin;
}
