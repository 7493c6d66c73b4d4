/** Everything the report shows, by the same counts as the window. */
import type { Defect } from '#shared/domain/defect';
import type { Engine } from '#shared/domain/model';
import type { ReportCoverage, ReportData, ReportDefect, ReportOptions } from '#shared/domain/report';
import type { ReviewStatus } from '#shared/domain/image';
import type { ErrorInfo } from '#shared/errors/codes';
import path from 'node:path';
import type { Database } from './database/database';
import { engineOf } from './documents';
import { defectColumns, REVIEW_LAYER, toDefect, type DefectColumns } from './masks/layers';
import type { OpenProject } from './open-project';
import { readCounts } from './queries/counts';
import { readSettings } from './settings';

const decisions: Record<ReportOptions['defects'], readonly Defect['decision'][]> = {
  accepted: ['accepted'],
  'not-rejected': ['accepted', 'unreviewed'],
  all: ['accepted', 'unreviewed', 'rejected'],
};

export function readReportData(project: OpenProject, options: ReportOptions): ReportData {
  const { db, folder, appVersion } = project;
  const { images, inferred, reviewed, unreadable, withDefects } = readCounts(db);
  return {
    projectName: path.basename(folder),
    folder,
    createdAtMs: Date.now(),
    appVersion,
    options,
    settings: readSettings(db),
    counts: { images, inferred, reviewed, unreadable, withDefects },
    engines: readEngines(db),
    meanSecondsPerImage: meanSecondsPerImage(db),
    defects: readReportDefects(db, options),
    coverage: readCoverage(db),
  };
}

type ReportDefectColumns = DefectColumns & {
  image_id: number;
  relative_path: string;
  image_width: number | null;
  image_height: number | null;
  model_area_px: number | null;
  engine: string | null;
};

function readReportDefects(db: Database, options: ReportOptions): ReportDefect[] {
  const rows = db.all<ReportDefectColumns>(
    `SELECT ${defectColumns}, images.id AS image_id, relative_path, width AS image_width, height AS image_height, model_area_px,
      iif(origin = 'model', review_engine, NULL) AS engine
    FROM images JOIN documents ON documents.id = images.document_id
    JOIN defects ON defects.document_id = documents.id AND layer = ${REVIEW_LAYER}
    WHERE decision IN (SELECT value FROM json_each(?)) ORDER BY sort_key, images.id, label`,
    JSON.stringify(decisions[options.defects]),
  );
  return rows.map((row) => ({
    ...toDefect(row),
    imageId: row.image_id,
    relativePath: row.relative_path,
    // a file that went unread again since the review: the defect tells at least how large it was
    imageWidth: row.image_width ?? row.box_x + row.box_width,
    imageHeight: row.image_height ?? row.box_y + row.box_height,
    modelAreaPx: row.model_area_px,
    engine: engineOf(row.engine),
  }));
}

interface CoverageColumns {
  relative_path: string;
  review_status: ReviewStatus;
  inference: 'none' | 'done' | 'failed';
  defect_count: number;
  error: string | null;
}

function readCoverage(db: Database): ReportCoverage[] {
  const rows = db.all<CoverageColumns>(
    `SELECT relative_path, images.review_status, images.inference, defect_count, coalesce(error, inference_error) AS error
    FROM images LEFT JOIN documents ON documents.id = images.document_id ORDER BY sort_key, images.id`,
  );
  return rows.map((row) => ({
    relativePath: row.relative_path,
    reviewStatus: row.review_status,
    inferred: row.inference === 'done',
    defects: row.defect_count,
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorInfo),
  }));
}

function readEngines(db: Database): Engine[] {
  const rows = db.all<{ engine: string }>(
    `SELECT summary ->> '$.engine' AS engine FROM documents JOIN images ON images.document_id = documents.id WHERE summary IS NOT NULL
    UNION SELECT review_engine FROM documents JOIN images ON images.document_id = documents.id WHERE review_engine IS NOT NULL`,
  );
  return rows.map((row) => JSON.parse(row.engine) as Engine);
}

function meanSecondsPerImage(db: Database): number | null {
  const sql = 'SELECT avg(total_ms) / 1000 AS seconds FROM documents JOIN images ON images.document_id = documents.id';
  return db.get<{ seconds: number | null }>(sql)?.seconds ?? null;
}
