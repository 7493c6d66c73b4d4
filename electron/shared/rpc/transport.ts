/** A two-way message channel: Electron's ports, a Node child process and worker threads all fit. */
export interface Transport {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** called once when the other side is gone */
  onClose(listener: (reason: string) => void): void;
}
