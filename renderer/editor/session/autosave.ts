import type { Defect } from '#shared/domain/defect';
import type { EditCommit, ImageDocument } from '#shared/domain/editor';
import type { ImageRecord, ReviewStatus } from '#shared/domain/image';
import { RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';
import { diffTiles } from '#shared/masks/tile-diff';
import type { MaskTile } from '#shared/masks/types';
import type { SaveState } from '../editor-api';
import type { StepCommit } from '../history/edit-step';

/** Where edits go. */
export interface SavePort {
  commit(commit: EditCommit): Promise<{ revision: number; image: ImageRecord }>;
  load(imageId: number): Promise<ImageDocument>;
}

/** Which picture, as it was when it was opened. */
export interface SaveTarget {
  imageId: number;
  contentHash: string;
  revision: number;
}

/** The picture as it is in the window now. */
export interface EditedPicture {
  tiles: readonly MaskTile[];
  defects: readonly Defect[];
  reviewStatus: ReviewStatus;
  threshold: number | null;
}

export interface AutosaveListener {
  onState(state: SaveState): void;
  onSaved(saved: { revision: number; image: ImageRecord }): void;
}

/**
 * Saves the steps of one picture, one after the other, each as its own transaction. A step leaves the queue only when it
 * is stored: after a failure everything waits here, and the next step, `flush` or `retry` tries again.
 */
export class Autosave {
  private queue: StepCommit[] = [];
  private failure: RailscopeError | null = null;
  private running: Promise<void> | null = null;
  private rebasing = false;
  private revision: number;

  constructor(
    private readonly port: SavePort,
    private readonly target: SaveTarget,
    private readonly current: () => EditedPicture,
    private readonly listener: AutosaveListener,
  ) {
    this.revision = target.revision;
  }

  /** Steps that are not stored yet. */
  get pending(): number {
    return this.queue.length;
  }

  enqueue(commit: StepCommit): void {
    this.queue.push(commit);
    void this.run();
  }

  /** Resolves when everything so far is stored. @throws RailscopeError saying why it is not; nothing is lost then */
  async flush(): Promise<void> {
    while (this.queue.length > 0) {
      await this.run();
      if (this.failure) throw this.failure;
    }
  }

  /**
   * As flush, but where another writer changed the picture meanwhile, this window's state is stored over theirs.
   * @throws RailscopeError saying why it is still not stored
   */
  async retry(): Promise<void> {
    if (this.failure?.code === 'stale-revision') await this.rebase();
    await this.flush();
  }

  /** The stored state has this revision now and is the same as the window's. */
  follow(revision: number): void {
    if (this.queue.length === 0) this.revision = revision;
  }

  /** Gives up what is not stored. */
  discard(): void {
    this.queue = [];
    this.failure = null;
    this.listener.onState({ kind: 'saved' });
  }

  private run(): Promise<void> {
    this.running ??= this.drain().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async drain(): Promise<void> {
    this.failure = null;
    for (let next = this.queue[0]; next && !this.rebasing; next = this.queue[0]) {
      this.listener.onState({ kind: 'saving' });
      try {
        const { imageId, contentHash } = this.target;
        const saved = await this.port.commit({ ...next, imageId, contentHash, baseRevision: this.revision });
        this.revision = saved.revision;
        if (this.queue[0] === next) this.queue.shift();
        this.listener.onSaved(saved);
      } catch (error) {
        this.fail(error);
        return;
      }
    }
    if (this.queue.length === 0) this.listener.onState({ kind: 'saved' });
  }

  private async rebase(): Promise<void> {
    this.rebasing = true;
    try {
      this.listener.onState({ kind: 'saving' });
      const stored = await this.port.load(this.target.imageId);
      if (stored.contentHash !== this.target.contentHash) {
        throw new RailscopeError('image-changed', 'the picture was replaced by another one', { path: stored.image.relativePath });
      }
      this.queue = [differenceCommit(stored, this.current())];
      this.revision = stored.revision;
    } catch (error) {
      this.fail(error);
      throw this.failure ?? error;
    } finally {
      this.rebasing = false;
    }
  }

  private fail(error: unknown): void {
    const info = toErrorInfo(error);
    this.failure = new RailscopeError(info.code, info.message, info.details);
    this.listener.onState({ kind: 'failed', error: info });
  }
}

function differenceCommit(stored: ImageDocument, wanted: EditedPicture): StepCommit {
  const known = new Map(stored.review.defects.map((defect) => [defect.label, JSON.stringify(defect)]));
  const labels = new Set(wanted.defects.map((defect) => defect.label));
  return {
    action: 'keep mine',
    tiles: diffTiles(stored.review.tiles, wanted.tiles),
    defects: wanted.defects.filter((defect) => known.get(defect.label) !== JSON.stringify(defect)),
    removedLabels: stored.review.defects.filter((defect) => !labels.has(defect.label)).map((defect) => defect.label),
    reviewStatus: wanted.reviewStatus,
    ...(wanted.threshold === null ? {} : { threshold: wanted.threshold }),
  };
}
