/** The defect queue: the inspector's defects of all pictures. */
import type { ChannelInput, ChannelOutput, DefectFilter, DefectRow } from '#shared/ipc/contract';
import { assertNever } from '#shared/errors/railscope-error';
import type { Database, SqlValue } from '../database/database';
import { defectColumns, REVIEW_LAYER, toDefect, type DefectColumns } from '../masks/layers';

const source = `FROM images JOIN documents ON documents.id = images.document_id
  JOIN defects ON defects.document_id = documents.id AND defects.layer = ${REVIEW_LAYER}`;

export function defectPage(db: Database, { page, filter, sort }: ChannelInput<'defects.page'>): ChannelOutput<'defects.page'> {
  const { sql, values } = filterCondition(filter);
  const total = db.get<{ n: number }>(`SELECT count(*) AS n ${source} WHERE ${sql}`, ...values)?.n ?? 0;
  const rows = db.all<DefectColumns & { image_id: number; relative_path: string }>(
    `SELECT ${defectColumns}, images.id AS image_id, relative_path ${source} WHERE ${sql} ORDER BY ${sortOrder(sort)} LIMIT ? OFFSET ?`,
    ...values,
    page.limit,
    page.offset,
  );
  return { total, rows: rows.map((row): DefectRow => ({ ...toDefect(row), imageId: row.image_id, relativePath: row.relative_path })) };
}

function filterCondition(filter: DefectFilter): { sql: string; values: SqlValue[] } {
  const lists = [
    { column: 'defects.class_code', allowed: filter.classCodes },
    { column: 'defects.grade', allowed: filter.grades },
    { column: 'defects.decision', allowed: filter.decisions },
  ].filter(({ allowed }) => allowed.length > 0);
  const sql = ['TRUE', ...lists.map(({ column }) => `${column} IN (SELECT value FROM json_each(?))`)].join(' AND ');
  return { sql, values: lists.map(({ allowed }) => JSON.stringify(allowed)) };
}

function sortOrder(sort: ChannelInput<'defects.page'>['sort']): string {
  const byPath = 'images.sort_key, images.id, defects.label';
  switch (sort) {
    case 'doubt':
      // nearest to the threshold first; what the model did not score, last
      return `defects.score IS NULL, abs(defects.score - coalesce(documents.threshold, 0.5)), ${byPath}`;
    case 'score':
      return `defects.score IS NULL, defects.score DESC, ${byPath}`;
    case 'grade':
      return `CASE defects.grade WHEN 'broken' THEN 0 WHEN 'major' THEN 1 WHEN 'minor' THEN 2 ELSE 3 END, ${byPath}`;
    case 'area':
      return `defects.area_px DESC, ${byPath}`;
    case 'path':
      return byPath;
    default:
      return assertNever(sort, 'sort');
  }
}
