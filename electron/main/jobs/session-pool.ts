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
      return { session, release: () => (slot.users -= 1) };
    } catch (error) {
      if (this.#slots.get(key) === slot) this.#slots.delete(key);
      throw error;
    }
  }

  /** The inference process ended, and its sessions with it. */
  forget(): void {
    this.#slots.clear();
  }

  #open(key: string, modelId: string, device: DeviceChoice): Slot {
    this.#closeIdle();
    const slot: Slot = { opening: this.#inference.open({ modelId, device, threads: 0 }), users: 0 };
    this.#slots.set(key, slot);
    return slot;
  }

  #closeIdle(): void {
    for (const [key, slot] of this.#slots) {
      if (slot.users > 0) continue;
      this.#slots.delete(key);
      // a session that cannot be closed went with its process
      void slot.opening.then((session) => this.#inference.close({ sessionId: session.sessionId })).catch(() => undefined);
    }
  }
}
