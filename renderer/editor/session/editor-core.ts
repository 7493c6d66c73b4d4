import type { StoreApi } from 'zustand';
import type { Defect, MaskLayer } from '#shared/domain/defect';
import type { ImageDocument } from '#shared/domain/editor';
import type { Region, RegionMode } from '#shared/domain/image';
import type { Box } from '#shared/geometry/box';
import { RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';
import { diffTiles } from '#shared/masks/tile-diff';
import { imageTileUrl, resourceOrigin } from '#shared/resource-url';
import { coarsestLevel } from '../canvas/tile-plan';
import type { RawSamples, TileSource } from '../canvas/tile-source';
import type { EditorState } from '../editor-api';
import { initialEditorState } from '../state';
import type { EditStep, StepCommit } from '../history/edit-step';
import { MaskStore } from '../masks/mask-store';
import { Autosave } from './autosave';
import type { SavePort } from './autosave';
import { EditSession } from './edit-session';

/** What the editor needs of the rest of the application. */
export interface EditorPorts extends SavePort {
  rethreshold(imageId: number, threshold: number, minimumAreaPx: number): Promise<MaskLayer>;
  setRegion(imageId: number, mode: RegionMode, box: Box | null): Promise<Region>;
  isReadOnly(): Promise<boolean>;
  tiles: TileSource;
}

/** The canvas, where one is on screen. */
export interface Viewport {
  /** @param isSamePicture the view stays as it is */
  documentChanged(isSamePicture: boolean): void;
  pixelsChanged(box: Box): void;
  /** class, decision or existence of defects changed */
  defectsChanged(): void;
  /** gives up a stroke or shape in progress; @returns whether there was one */
  interrupt(): boolean;
  /** takes back the last click of a shape in progress; @returns whether there was one */
  stepBack(): boolean;
  fit(): void;
  actualSize(): void;
  zoomBy(factor: number): void;
  reveal(box: Box): void;
}

/** The open picture: loading, saving, and keeping the zustand state in step with the session. */
export class EditorCore {
  session: EditSession | null = null;
  viewport: Viewport | null = null;
  /** the whole picture at the coarsest level; null = it could not be read */
  overview: RawSamples | null = null;
  private modelLayer: MaskLayer | null = null;
  private modelStore: MaskStore | null = null;
  private autosave: Autosave | null = null;
  /** the latest open or close wins */
  private ticket = 0;
  private readonly documentListeners = new Set<() => void>();

  constructor(
    readonly ports: EditorPorts,
    readonly store: StoreApi<EditorState>,
  ) {}

  /** Called after a picture was opened, reloaded or closed. @returns a function that ends it */
  onDocument(listener: () => void): () => void {
    this.documentListeners.add(listener);
    return () => void this.documentListeners.delete(listener);
  }

  /** Whether edits are possible now. */
  isEditable(): boolean {
    const { readOnly, loading } = this.store.getState();
    return this.session !== null && !readOnly && !loading;
  }

  /** What the network said; null before inference. Decoded on first use. */
  get model(): { mask: MaskStore; defects: readonly Defect[] } | null {
    if (!this.session || !this.modelLayer) return null;
    if (!this.modelStore) {
      this.modelStore = new MaskStore(this.session.mask.widthPx, this.session.mask.heightPx);
      this.modelStore.load(this.modelLayer.tiles);
    }
    return { mask: this.modelStore, defects: this.modelLayer.defects };
  }

  async open(imageId: number): Promise<void> {
    const isLatest = this.takeTicket();
    await this.flush();
    if (!isLatest()) return;
    this.store.setState({ loading: true, loadError: null, failure: null, thresholdPreview: null, cursor: null });
    try {
      const [document, readOnly] = await Promise.all([this.ports.load(imageId), this.ports.isReadOnly()]);
      const overview = await this.loadOverview(document);
      if (!isLatest()) return;
      this.overview = overview;
      this.show(document, readOnly);
    } catch (error) {
      if (isLatest()) this.clear({ loadError: toErrorInfo(error) });
    }
  }

  async close(): Promise<void> {
    const isLatest = this.takeTicket();
    await this.flush();
    if (isLatest()) this.clear({});
  }

  /** Takes over what was stored meanwhile (inference finished). Edits made while it loads are saved and seen first. */
  async reload(): Promise<void> {
    const ticket = this.ticket;
    const session = this.session;
    const imageId = this.store.getState().document?.image.id;
    if (imageId === undefined || !session) return;
    const isBusy = (): boolean => session.busy;
    for (;;) {
      while (isBusy()) await pause();
      await this.autosave?.flush();
      const changes = session.changes;
      const document = await this.ports.load(imageId);
      if (ticket !== this.ticket || this.session !== session) return;
      if (isBusy() || session.changes !== changes) continue;
      this.ports.tiles.forget((url) => url.startsWith(`${resourceOrigin}/probability/${imageId}/`));
      this.takeOver(document, session);
      return;
    }
  }

  async flush(): Promise<void> {
    this.viewport?.interrupt();
    await this.autosave?.flush();
  }

  async retrySave(): Promise<void> {
    this.viewport?.interrupt();
    await this.autosave?.retry();
  }

  async discardUnsaved(): Promise<void> {
    const imageId = this.store.getState().document?.image.id;
    this.viewport?.interrupt();
    this.autosave?.discard();
    if (imageId !== undefined) await this.open(imageId);
  }

  tellFailure(error: unknown): void {
    this.store.setState({ failure: toErrorInfo(error) });
  }

  /** @returns whether no later open or close came */
  private takeTicket(): () => boolean {
    const ticket = ++this.ticket;
    return () => ticket === this.ticket;
  }

  private async loadOverview(document: ImageDocument): Promise<RawSamples | null> {
    const { header, error, id, relativePath } = document.image;
    if (error) throw new RailscopeError(error.code, error.message, error.details);
    if (!header) throw new RailscopeError('image-unreadable', 'the header was not read yet', { path: relativePath });
    return this.ports.tiles.get(imageTileUrl(id, coarsestLevel(header), 0, 0)).catch(() => null);
  }

  private show(document: ImageDocument, readOnly: boolean): void {
    const { header } = document.image;
    if (!header) return;
    const session: EditSession = new EditSession(document, header, {
      onPixels: (box) => this.viewport?.pixelsChanged(box),
      onStep: (commit, step) => this.onStep(session, commit, step),
    });
    const { imageId, contentHash, revision } = {
      imageId: document.image.id,
      contentHash: document.contentHash,
      revision: document.revision,
    };
    this.session = session;
    this.setModel(document.model);
    this.autosave = new Autosave(
      this.ports,
      { imageId, contentHash, revision },
      () => {
        this.viewport?.interrupt();
        return {
          tiles: session.mask.exportTiles(),
          defects: session.defects,
          reviewStatus: session.reviewStatus,
          threshold: session.threshold,
        };
      },
      {
        onState: (save) => {
          if (this.session === session) this.store.setState({ save });
        },
        onSaved: (saved) => {
          if (this.session === session) this.onSaved(session, saved);
        },
      },
    );
    const previous = this.store.getState();
    this.store.setState({
      document: factsOf(document),
      readOnly,
      loading: false,
      loadError: null,
      save: { kind: 'saved' },
      selectedLabel: previous.document?.image.id === imageId ? previous.selectedLabel : null,
    });
    this.syncSession(session);
    this.tellDocument(previous.document?.image.id === imageId);
  }

  /** The same picture from the store: history survives unless the mask itself changed. */
  private takeOver(document: ImageDocument, session: EditSession): void {
    const sameMask = diffTiles(session.mask.exportTiles(), document.review.tiles).length === 0;
    const sameDefects = JSON.stringify(sortByLabel(session.defects)) === JSON.stringify(sortByLabel(document.review.defects));
    const { document: known, readOnly } = this.store.getState();
    const sameFacts = session.threshold === document.threshold && session.reviewStatus === document.image.reviewStatus;
    if (!sameMask || !sameDefects || !sameFacts || known?.contentHash !== document.contentHash) {
      this.show(document, readOnly);
      return;
    }
    this.autosave?.follow(document.revision);
    this.setModel(document.model);
    this.store.setState({ document: factsOf(document) });
    this.syncSession(session);
    this.tellDocument(true);
  }

  private setModel(layer: MaskLayer | null): void {
    this.modelLayer = layer;
    this.modelStore = null;
  }

  private clear(state: Partial<EditorState>): void {
    this.session = null;
    this.autosave = null;
    this.overview = null;
    this.setModel(null);
    const { document, loading, loadError, defects, selectedLabel, thresholdPreview, cursor, canUndo, canRedo, undoDepth, save } =
      initialEditorState;
    this.store.setState({
      document,
      loading,
      loadError,
      defects,
      selectedLabel,
      thresholdPreview,
      cursor,
      canUndo,
      canRedo,
      undoDepth,
      save,
      ...state,
    });
    this.tellDocument(false);
  }

  private tellDocument(isSamePicture: boolean): void {
    for (const listener of this.documentListeners) listener();
    this.viewport?.documentChanged(isSamePicture);
  }

  private onStep(session: EditSession, commit: StepCommit, step: EditStep): void {
    this.autosave?.enqueue(commit);
    this.syncSession(session);
    if (step.defects.length > 0) this.viewport?.defectsChanged();
  }

  private onSaved(session: EditSession, saved: { revision: number; image: ImageDocument['image'] }): void {
    const { document } = this.store.getState();
    if (document) this.store.setState({ document: { ...document, revision: saved.revision, image: saved.image } });
    this.syncSession(session);
  }

  private syncSession(session: EditSession): void {
    const { document, selectedLabel, defects: shown } = this.store.getState();
    if (!document) return;
    const defects = sameItems(shown, session.defects) ? shown : session.defects;
    const defectCount = defects.filter((defect) => defect.decision !== 'rejected').length;
    this.store.setState({
      defects,
      document: {
        ...document,
        threshold: session.threshold,
        image: { ...document.image, reviewStatus: session.reviewStatus, defectCount },
      },
      selectedLabel: selectedLabel !== null && session.defect(selectedLabel) ? selectedLabel : null,
      canUndo: session.undoDepth > 0,
      canRedo: session.redoDepth > 0,
      undoDepth: session.undoDepth,
    });
  }
}

/** The document without its masks: those belong to the session. */
function factsOf({ image, contentHash, revision, region, threshold, inference }: ImageDocument): NonNullable<EditorState['document']> {
  return { image, contentHash, revision, region, threshold, inference };
}

function sameItems(a: readonly Defect[], b: readonly Defect[]): boolean {
  return a.length === b.length && a.every((defect, index) => defect === b[index]);
}

function sortByLabel(defects: readonly Defect[]): Defect[] {
  return [...defects].sort((a, b) => a.label - b.label);
}

/** Long enough for a stroke to go on, short enough not to be noticed. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}
