/* eslint-disable @typescript-eslint/no-deprecated -- Electron 33, which sealed networks run on, has no other way */
import { safeStorage } from 'electron';
import type { Vault } from './remote-token';

/** To be used once Electron is ready. */
export const systemVault: Vault = {
  isAvailable: () => safeStorage.isEncryptionAvailable() && !hasFixedKey(),
  encrypt: (text) => safeStorage.encryptString(text),
  decrypt: (bytes) => safeStorage.decryptString(bytes),
};

/** Without a key store on Linux the key is the same for everyone: that is no protection. */
function hasFixedKey(): boolean {
  return process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text';
}
