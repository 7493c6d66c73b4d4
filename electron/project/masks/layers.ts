/** The two label masks of a document: what the model said and what the inspector says. */
import type { Defect, MaskLayer } from '#shared/domain/defect';
import type { MaskTile } from '#shared/masks/types';
import type { Database } from '../database/database';
import { decodeRuns, encodeRuns } from './tile-blob';

export const MODEL_LAYER = 0;
export const REVIEW_LAYER = 1;
export type LayerNumber = typeof MODEL_LAYER | typeof REVIEW_LAYER;

export interface DefectColumns {
  label: number;
  class_code: string;
  grade: Defect['grade'];
  decision: Defect['decision'];
  note: string;
  origin: Defect['origin'];
  score: number | null;
  box_x: number;
  box_y: number;
  box_width: number;
  box_height: number;
  area_px: number;
}

export const defectColumns = 'label, class_code, grade, decision, note, origin, score, box_x, box_y, box_width, box_height, area_px';

export function toDefect(row: DefectColumns): Defect {
  return {
    label: row.label,
    classCode: row.class_code,
    grade: row.grade,
    decision: row.decision,
    note: row.note,
    origin: row.origin,
    score: row.score,
    box: { x: row.box_x, y: row.box_y, width: row.box_width, height: row.box_height },
    areaPx: row.area_px,
  };
}

export function readLayer(db: Database, documentId: number, layer: LayerNumber): MaskLayer {
  return { tiles: readTiles(db, documentId, layer), defects: readDefects(db, documentId, layer) };
}

export function readDefects(db: Database, documentId: number, layer: LayerNumber): Defect[] {
  const sql = `SELECT ${defectColumns} FROM defects WHERE document_id = ? AND layer = ? ORDER BY label`;
  return db.all<DefectColumns>(sql, documentId, layer).map(toDefect);
}

/** The tiles in [fromX, toX] × [fromY, toY] (tile numbers, both ends included), or all. */
export function readTiles(
  db: Database,
  documentId: number,
  layer: LayerNumber,
  range = { fromX: 0, toX: Number.MAX_SAFE_INTEGER, fromY: 0, toY: Number.MAX_SAFE_INTEGER },
): MaskTile[] {
  const sql = `SELECT tile_x, tile_y, runs FROM mask_tiles WHERE document_id = ? AND layer = ?
    AND tile_y BETWEEN ? AND ? AND tile_x BETWEEN ? AND ? ORDER BY tile_y, tile_x`;
  const rows = db.all<{ tile_x: number; tile_y: number; runs: Uint8Array }>(
    sql,
    documentId,
    layer,
    range.fromY,
    range.toY,
    range.fromX,
    range.toX,
  );
  return rows.map((row) => ({ tileX: row.tile_x, tileY: row.tile_y, runs: decodeRuns(row.runs) }));
}

/** Writes the tiles named; those without runs are removed. */
export function writeTiles(db: Database, documentId: number, layer: LayerNumber, tiles: readonly MaskTile[]): void {
  for (const { tileX, tileY, runs } of tiles) {
    if (runs.length === 0) {
      db.run('DELETE FROM mask_tiles WHERE document_id = ? AND layer = ? AND tile_y = ? AND tile_x = ?', documentId, layer, tileY, tileX);
    } else {
      db.run('INSERT OR REPLACE INTO mask_tiles VALUES (?, ?, ?, ?, ?)', documentId, layer, tileY, tileX, encodeRuns(runs));
    }
  }
}

/**
 * Writes the defects named over those of the same label.
 * @param modelArea the model's own area of a defect; `undefined` keeps what is stored, or takes the model layer's for a new one
 */
export function writeDefects(
  db: Database,
  documentId: number,
  layer: LayerNumber,
  defects: readonly Defect[],
  modelArea?: (defect: Defect) => number | null,
): void {
  const given = modelArea !== undefined;
  for (const defect of defects) {
    const { label, classCode, grade, decision, note, origin, score, box, areaPx } = defect;
    const area = given ? modelArea(defect) : origin === 'model' ? modelLayerArea(db, documentId, label) : null;
    db.run(
      `INSERT INTO defects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (document_id, layer, label) DO UPDATE SET class_code = excluded.class_code, grade = excluded.grade,
        decision = excluded.decision, note = excluded.note, origin = excluded.origin, score = excluded.score, box_x = excluded.box_x,
        box_y = excluded.box_y, box_width = excluded.box_width, box_height = excluded.box_height, area_px = excluded.area_px
        ${given ? ', model_area_px = excluded.model_area_px' : ''}`,
      ...[documentId, layer, label, classCode, grade, decision, note, origin, score, box.x, box.y, box.width, box.height, areaPx, area],
    );
  }
}

export function removeDefects(db: Database, documentId: number, layer: LayerNumber, labels: readonly number[]): void {
  for (const label of labels) db.run('DELETE FROM defects WHERE document_id = ? AND layer = ? AND label = ?', documentId, layer, label);
}

export function clearLayer(db: Database, documentId: number, layer: LayerNumber): void {
  db.run('DELETE FROM mask_tiles WHERE document_id = ? AND layer = ?', documentId, layer);
  db.run('DELETE FROM defects WHERE document_id = ? AND layer = ?', documentId, layer);
}

function modelLayerArea(db: Database, documentId: number, label: number): number | null {
  const sql = 'SELECT area_px FROM defects WHERE document_id = ? AND layer = ? AND label = ?';
  return db.get<{ area_px: number }>(sql, documentId, MODEL_LAYER, label)?.area_px ?? null;
}
