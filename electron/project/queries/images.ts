/** The image list: pages of it in natural order, filtered and sorted by the database alone. */
import type { ChannelInput, ImageFilter } from '#shared/ipc/contract';
import { assertNever } from '#shared/errors/railscope-error';
import type { Database, SqlValue } from '../database/database';
import { imageColumns, type ImageRow } from '../images/records';
import { pathSearchKey } from './sort-key';

type Sort = ChannelInput<'images.page'>['sort'];

interface Condition {
  sql: string;
  values: SqlValue[];
}

export function imagePage(db: Database, input: ChannelInput<'images.page'>): { total: number; rows: ImageRow[] } {
  const where = filterCondition(input.filter);
  const order = sortOrder(input.sort);
  const total = count(db, where);
  const rows = db.all<ImageRow>(
    `SELECT ${imageColumns} FROM (SELECT id FROM images WHERE ${where.sql} ORDER BY ${order} LIMIT ? OFFSET ?) AS page
    JOIN images ON images.id = page.id ORDER BY ${order}`,
    ...where.values,
    input.page.limit,
    input.page.offset,
  );
  return { total, rows };
}

/** Where the picture stands in the filtered, sorted list; -1 where the filter hides it. */
export function imageIndex(db: Database, input: ChannelInput<'images.indexOf'>): number {
  const where = filterCondition(input.filter);
  if (count(db, { sql: `${where.sql} AND images.id = ?`, values: [...where.values, input.imageId] }) === 0) return -1;
  const before = beforeCondition(input.sort);
  const sql = `WITH self AS (SELECT * FROM images WHERE id = ?)
    SELECT count(*) AS n FROM images, self WHERE ${where.sql} AND ${before}`;
  return db.get<{ n: number }>(sql, input.imageId, ...where.values)?.n ?? -1;
}

function count(db: Database, where: Condition): number {
  return db.get<{ n: number }>(`SELECT count(*) AS n FROM images WHERE ${where.sql}`, ...where.values)?.n ?? 0;
}

function filterCondition(filter: ImageFilter): Condition {
  const parts: Condition[] = [onlyCondition(filter.only)];
  if (filter.text !== '') parts.push({ sql: 'instr(images.search_key, ?) > 0', values: [pathSearchKey(filter.text)] });
  if (filter.status.length > 0) {
    parts.push({ sql: 'images.review_status IN (SELECT value FROM json_each(?))', values: [JSON.stringify(filter.status)] });
  }
  return { sql: parts.map((part) => part.sql).join(' AND '), values: parts.flatMap((part) => part.values) };
}

function onlyCondition(only: ImageFilter['only']): Condition {
  switch (only) {
    case 'all':
      return { sql: 'TRUE', values: [] };
    case 'with-defects':
      return { sql: 'images.defect_count > 0', values: [] };
    case 'without-defects':
      // of pictures that somebody, network or inspector, has looked at
      return {
        sql: `images.defect_count = 0 AND (images.inference = 'done' OR images.review_status IN ('accepted', 'rejected'))`,
        values: [],
      };
    case 'unreadable':
      return { sql: 'images.has_error = 1', values: [] };
    case 'not-inferred':
      return { sql: `images.inference <> 'done'`, values: [] };
    default:
      return assertNever(only, 'filter');
  }
}

function sortOrder(sort: Sort): string {
  switch (sort) {
    case 'path':
      return 'images.sort_key, images.id';
    case 'defects':
      return 'images.defect_count DESC, images.sort_key, images.id';
    case 'status':
      return 'images.status_rank, images.sort_key, images.id';
    default:
      return assertNever(sort, 'sort');
  }
}

/** The rows of `images` that `sortOrder` puts before the row `self`. */
function beforeCondition(sort: Sort): string {
  switch (sort) {
    case 'path':
      return '(images.sort_key, images.id) < (self.sort_key, self.id)';
    case 'defects':
      return '(-images.defect_count, images.sort_key, images.id) < (-self.defect_count, self.sort_key, self.id)';
    case 'status':
      return '(images.status_rank, images.sort_key, images.id) < (self.status_rank, self.sort_key, self.id)';
    default:
      return assertNever(sort, 'sort');
  }
}
