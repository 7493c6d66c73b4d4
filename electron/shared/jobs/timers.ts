/** The timers that every host has (Node, Electron, browser), without the types of any of them. */
export interface Timers {
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

export const hostTimers: Timers = {
  setTimeout: (callback, delayMs) => (globalThis as unknown as Timers).setTimeout(callback, delayMs),
  clearTimeout: (handle) => (globalThis as unknown as Timers).clearTimeout(handle),
};
