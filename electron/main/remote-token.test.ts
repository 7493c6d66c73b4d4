import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRemoteTokens, type Vault } from './remote-token';

const vault: Vault = {
  isAvailable: () => true,
  encrypt: (text) => Buffer.from(text, 'utf8').map((byte) => byte ^ 0x5a) as Buffer,
  decrypt: (bytes) => Buffer.from(bytes.map((byte) => byte ^ 0x5a)).toString('utf8'),
};
const noVault: Vault = { ...vault, isAvailable: () => false };

describe('the token of the inference server', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-token-'));
    file = path.join(folder, 'data/remote-token.bin');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is kept encrypted, for its server only', async () => {
    const tokens = await openRemoteTokens(file, vault);
    await tokens.set('https://one:8443/a', 'geheim');
    expect(tokens.state()).toEqual({ kind: 'stored', origin: 'https://one:8443' });
    expect((await readFile(file)).includes('geheim')).toBe(false);
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o077).toBe(0);
    const again = await openRemoteTokens(file, vault);
    expect(again.get('https://one:8443/b')).toBe('geheim');
    for (const other of ['http://one:8443', 'https://two:8443', 'https://one']) expect(again.get(other)).toBeNull();
  });

  it('is forgotten on demand, on the disk too', async () => {
    const tokens = await openRemoteTokens(file, vault);
    await tokens.set('https://one', 'geheim');
    await tokens.set('https://one', null);
    expect(tokens.state()).toEqual({ kind: 'none', origin: null });
    await expect(stat(file)).rejects.toThrow();
  });

  it('stays in memory where the system has no key store, and an older one does not survive on the disk', async () => {
    await (await openRemoteTokens(file, vault)).set('https://one', 'old');
    const tokens = await openRemoteTokens(file, noVault);
    expect(tokens.state().kind).toBe('none');
    await tokens.set('https://one', 'geheim');
    expect(tokens.state().kind).toBe('session');
    expect(tokens.get('https://one')).toBe('geheim');
    await expect(stat(file)).rejects.toThrow();
  });

  it('counts as none when it cannot be decrypted', async () => {
    await (await openRemoteTokens(file, vault)).set('https://one', 'geheim');
    await writeFile(file, 'rubbish');
    expect((await openRemoteTokens(file, vault)).state().kind).toBe('none');
  });
});
