import type { DeviceChoice } from '#shared/domain/model';
import type { InferencePort, SessionInfo } from '#shared/ports/inference';

export interface SessionUse {
  readonly session: SessionInfo;
  /** The session stays open for the next job on the same model and device. */
  release: () => void;
}

interface Slot {
  opening: Promise<SessionInfo>;
  users: number;
  /** no longer handed out: closed with its last user */
  retired: boolean;
}

/** Sessions by model and device: shared by jobs that overlap, kept for the next job, closed when another one is opened. */
export class SessionPool {
  readonly #inference: Pick<InferencePort, 'open' | 'close'>;
  readonly #slots = new Map<string, Slot>();

  constructor(inference: Pick<InferencePort, 'open' | 'close'>) {
    this.#inference = inference;
  }

  /** @throws as InferencePort.open */
  async acquire(modelId: string, device: DeviceChoice): Promise<SessionUse> {
    const key = `${device} ${modelId}`;
    const slot = this.#slots.get(key) ?? this.#open(key, modelId, device);
    slot.users++;
    try {
      const session = await slot.opening;
      return { session, release: () => this.#release(slot) };
    } catch (error) {
      if (this.#slots.get(key) === slot) this.#slots.delete(key);
      throw error;
    }
  }

  /** The inference process ended, and its sessions with it. */
  forget(): void {
    this.#slots.clear();
  }

  /** What this device is has changed: its sessions serve the jobs that have them, and no others. */
  forgetDevice(device: DeviceChoice): void {
    for (const [key, slot] of this.#slots) {
      if (!key.startsWith(`${device} `)) continue;
      this.#slots.delete(key);
      slot.retired = true;
      if (slot.users === 0) this.#close(slot);
    }
  }

  #open(key: string, modelId: string, device: DeviceChoice): Slot {
    this.#closeIdle();
    const slot: Slot = { opening: this.#inference.open({ modelId, device, threads: 0 }), users: 0, retired: false };
    this.#slots.set(key, slot);
    return slot;
  }

  #release(slot: Slot): void {
    slot.users--;
    if (slot.retired && slot.users === 0) this.#close(slot);
  }

  #closeIdle(): void {
    for (const [key, slot] of this.#slots) {
      if (slot.users > 0) continue;
      this.#slots.delete(key);
      this.#close(slot);
    }
  }

  /** A session that cannot be closed went with its process. */
  #close(slot: Slot): void {
    void slot.opening.then((session) => this.#inference.close({ sessionId: session.sessionId })).catch(() => undefined);
  }
}
