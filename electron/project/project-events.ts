/** What the project tells the window, gathered so that a long scan does not flood it. */
import type { InferenceState } from '#shared/domain/image';
import type { ProjectCounts } from '#shared/domain/project';
import type { ErrorInfo } from '#shared/errors/codes';
import type { EventPayload } from '#shared/ipc/contract';
import { projectEvents } from '#shared/ports/project';

export type Emit = (event: string, payload: unknown) => void;

const INTERVAL_MS = 200;

export class ProjectEvents {
  private readonly changed = new Map<number, InferenceState | null>();
  private timer: NodeJS.Timeout | null = null;
  private lastSentMs = 0;
  private lastCounts = '';

  /** @param counts asked for when something changed */
  constructor(
    private readonly emit: Emit,
    private readonly counts: () => ProjectCounts,
  ) {}

  /** @param inference the pictures' new state where that is what changed */
  imagesChanged(imageIds: Iterable<number>, inference: InferenceState | null = null): void {
    for (const id of imageIds) this.changed.set(id, inference);
    this.schedule();
  }

  countsChanged(): void {
    this.schedule();
  }

  notice(error: ErrorInfo, severity: EventPayload<'notice'>['severity']): void {
    this.emit(projectEvents.notice, { error, severity } satisfies EventPayload<'notice'>);
  }

  /** Sends what waits. */
  flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.lastSentMs = Date.now();
    for (const inference of new Set(this.changed.values())) {
      const imageIds = [...this.changed].filter(([, state]) => state === inference).map(([id]) => id);
      this.emit(projectEvents.imagesChanged, { imageIds, inference } satisfies EventPayload<'images.changed'>);
    }
    this.changed.clear();
    this.sendCounts();
  }

  /** Forgets what waits. */
  dispose(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.changed.clear();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => this.flush(), Math.max(0, this.lastSentMs + INTERVAL_MS - Date.now()));
  }

  private sendCounts(): void {
    const counts = this.counts();
    const text = JSON.stringify(counts);
    if (text === this.lastCounts) return;
    this.lastCounts = text;
    this.emit(projectEvents.counts, counts);
  }
}
