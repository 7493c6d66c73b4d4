import type { Migration } from './index';

/**
 * - `images`: one row per file of the folder. Its last columns repeat what its current document says, for a fast list.
 * - `documents`: the work on one content of one file, keyed by the content's hash; `''` until the hash is known. A file
 *   that is replaced gets another document; the old one stays.
 * - `mask_tiles`, `defects`: layer 0 = what the model said, 1 = what the inspector says.
 * - `audit`: append only, enforced by triggers.
 */
export const initial: Migration = {
  version: 1,
  up: (db) =>
    db.execute(`
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE images (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  relative_path TEXT NOT NULL UNIQUE,
  sort_key TEXT NOT NULL,
  search_key TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  modified_ms REAL NOT NULL,
  header_state TEXT NOT NULL DEFAULT 'unread' CHECK (header_state IN ('unread', 'read', 'failed')),
  format TEXT, width INTEGER, height INTEGER, channels INTEGER, bit_depth INTEGER,
  error TEXT,
  error_source TEXT CHECK (error_source IN ('scan', 'header', 'content')),
  content_hash TEXT,
  content_stale INTEGER NOT NULL DEFAULT 0,
  document_id INTEGER REFERENCES documents (id),
  review_status TEXT NOT NULL DEFAULT 'unreviewed',
  inference TEXT NOT NULL DEFAULT 'none' CHECK (inference IN ('none', 'done', 'failed')),
  defect_count INTEGER NOT NULL DEFAULT 0,
  has_error INTEGER GENERATED ALWAYS AS (error IS NOT NULL) VIRTUAL,
  status_rank INTEGER GENERATED ALWAYS AS (
    CASE review_status WHEN 'unreviewed' THEN 0 WHEN 'in-progress' THEN 1 WHEN 'second-look' THEN 2 WHEN 'rejected' THEN 3 ELSE 4 END
  ) VIRTUAL
) STRICT;
CREATE INDEX images_by_path ON images (sort_key, review_status, inference, defect_count, has_error);
CREATE INDEX images_by_defects ON images (defect_count DESC, sort_key);
CREATE INDEX images_by_status ON images (status_rank, sort_key);
CREATE INDEX images_by_state ON images (inference, review_status, has_error, defect_count);
CREATE INDEX images_by_document ON images (document_id);
CREATE INDEX images_to_read ON images (sort_key) WHERE header_state = 'unread' OR content_stale = 1;

CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL REFERENCES images (id),
  content_hash TEXT NOT NULL,
  revision INTEGER NOT NULL DEFAULT 0,
  review_status TEXT NOT NULL DEFAULT 'unreviewed',
  human_edits INTEGER NOT NULL DEFAULT 0,
  region TEXT NOT NULL DEFAULT '{"mode":"auto","box":null}',
  threshold REAL,
  inference TEXT NOT NULL DEFAULT 'none' CHECK (inference IN ('none', 'done', 'failed')),
  inference_error TEXT,
  summary TEXT,
  total_ms REAL,
  probability_file TEXT,
  review_engine TEXT,
  UNIQUE (image_id, content_hash)
) STRICT;

CREATE TABLE mask_tiles (
  document_id INTEGER NOT NULL REFERENCES documents (id),
  layer INTEGER NOT NULL CHECK (layer IN (0, 1)),
  tile_y INTEGER NOT NULL,
  tile_x INTEGER NOT NULL,
  runs BLOB NOT NULL,
  PRIMARY KEY (document_id, layer, tile_y, tile_x)
) STRICT, WITHOUT ROWID;

CREATE TABLE defects (
  document_id INTEGER NOT NULL REFERENCES documents (id),
  layer INTEGER NOT NULL CHECK (layer IN (0, 1)),
  label INTEGER NOT NULL CHECK (label BETWEEN 1 AND 65535),
  class_code TEXT NOT NULL,
  grade TEXT NOT NULL,
  decision TEXT NOT NULL,
  note TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('model', 'human')),
  score REAL,
  box_x INTEGER NOT NULL, box_y INTEGER NOT NULL, box_width INTEGER NOT NULL, box_height INTEGER NOT NULL,
  area_px INTEGER NOT NULL,
  model_area_px INTEGER,
  PRIMARY KEY (document_id, layer, label)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL,
  scope TEXT NOT NULL,
  model_id TEXT NOT NULL,
  device TEXT NOT NULL,
  engine TEXT,
  created_at_ms REAL NOT NULL
) STRICT;

CREATE TABLE job_items (
  job_id INTEGER NOT NULL REFERENCES jobs (id),
  image_id INTEGER NOT NULL REFERENCES images (id),
  ordinal INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed')),
  error TEXT,
  PRIMARY KEY (job_id, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_items_by_state ON job_items (job_id, state, ordinal);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms REAL NOT NULL,
  action TEXT NOT NULL,
  image_id INTEGER,
  content_hash TEXT,
  inspector TEXT NOT NULL,
  details TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
`),
};
