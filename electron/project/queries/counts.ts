import type { ProjectCounts } from '#shared/domain/project';
import type { Database } from '../database/database';

/** The one definition of the figures shown in the window, the recent list and the report. */
export function readCounts(db: Database): Omit<ProjectCounts, 'scanning'> & { withDefects: number } {
  const row = db.get<Record<'images' | 'unreadable' | 'inferred' | 'reviewed' | 'defects' | 'withDefects', number>>(
    `SELECT count(*) AS images, total(has_error) AS unreadable, total(inference = 'done') AS inferred,
      total(review_status IN ('accepted', 'rejected')) AS reviewed, total(defect_count) AS defects, total(defect_count > 0) AS withDefects
    FROM images INDEXED BY images_by_state`,
  );
  return { images: 0, unreadable: 0, inferred: 0, reviewed: 0, defects: 0, withDefects: 0, ...row };
}
