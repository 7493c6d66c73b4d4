import type { Database } from '../database';
import { initial } from './001-initial';

export interface Migration {
  /** 1, 2, 3 …: the schema version after it */
  readonly version: number;
  readonly up: (db: Database) => void;
}

/** In order of version, without gaps. A released migration never changes. */
export const migrations: readonly Migration[] = [initial];
