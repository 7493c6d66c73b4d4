import type { Defect } from '#shared/domain/defect';
import type { ImageDocument } from '#shared/domain/editor';

export function testDefect(label: number, change: Partial<Defect> = {}): Defect {
  return {
    label,
    classCode: 'defect',
    grade: 'unset',
    decision: 'unreviewed',
    note: '',
    origin: 'model',
    score: 0.8,
    box: { x: 0, y: 0, width: 1, height: 1 },
    areaPx: 1,
    ...change,
  };
}

/** A picture without defects. */
export function testDocument(width: number, height: number, change: Partial<ImageDocument> = {}): ImageDocument {
  return {
    image: {
      id: 1,
      relativePath: 'a.png',
      sizeBytes: 1,
      modifiedMs: 0,
      header: { format: 'png', width, height, channels: 1, bitDepth: 8 },
      error: null,
      reviewStatus: 'unreviewed',
      inference: 'done',
      defectCount: 0,
    },
    contentHash: 'hash-1',
    revision: 0,
    region: { mode: 'full', box: null },
    threshold: 0.5,
    inference: null,
    model: null,
    review: { tiles: [], defects: [] },
    ...change,
  };
}

/** Numbers 0 … n-1, the same for the same seed. */
export function seededRandom(seed: number): (n: number) => number {
  let state = seed;
  return (n) => Math.floor(((state = (state * 16_807) % 2_147_483_647) / 2_147_483_647) * n);
}
