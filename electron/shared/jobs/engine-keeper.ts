import { RailscopeError } from '../errors/railscope-error';
import type { InferencePort, SessionInfo } from '../ports/inference';

/** An inference process with an open session. */
export interface InspectionEngine {
  inference: Pick<InferencePort, 'infer' | 'prioritise' | 'cancel'>;
  session: SessionInfo;
}

const RESTART_ATTEMPTS = 3;
/** With that many crashes and not one answer between them, the machine is at fault and not the pictures. */
const CRASHES_IN_A_ROW_LIMIT = 6;

/** Holds the engine of a job and replaces it when its process dies, once for all requests that died with it. */
export class EngineKeeper {
  #engine: InspectionEngine;
  #generation = 0;
  #crashesInARow = 0;
  #recovery: Promise<void> | null = null;
  readonly #restart: () => Promise<InspectionEngine>;

  constructor(engine: InspectionEngine, restart: () => Promise<InspectionEngine>) {
    this.#engine = engine;
    this.#restart = restart;
  }

  get engine(): InspectionEngine {
    return this.#engine;
  }

  /** which engine a request went to; `recover` wants it back */
  get generation(): number {
    return this.#generation;
  }

  /** The engine answered, be it with a failure. */
  proveAlive(): void {
    this.#crashesInARow = 0;
  }

  /**
   * Resolves when an engine newer than `generation` stands ready.
   * @throws process-gone after too many crashes in a row, or whatever the last of three restarts failed with
   */
  async recover(generation: number, reason: string): Promise<void> {
    if (generation !== this.#generation) return;
    this.#recovery ??= this.#replace(reason).finally(() => (this.#recovery = null));
    await this.#recovery;
  }

  async #replace(reason: string): Promise<void> {
    if (++this.#crashesInARow >= CRASHES_IN_A_ROW_LIMIT) {
      throw new RailscopeError('process-gone', `inference process ended ${this.#crashesInARow} times in a row: ${reason}`, {
        process: 'inference',
        reason,
      });
    }
    for (let attempt = 1; ; attempt++) {
      try {
        this.#engine = await this.#restart();
        this.#generation++;
        return;
      } catch (error) {
        if (attempt === RESTART_ATTEMPTS) throw error;
      }
    }
  }
}
