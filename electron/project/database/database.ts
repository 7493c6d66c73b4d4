/** A thin typed face of SQLite: cached statements, transactions, errors with our codes. */
import { DatabaseSync } from '@photostructure/sqlite';
import { databaseError } from './errors';

export type SqlValue = string | number | null | Uint8Array;
type Connection = InstanceType<typeof DatabaseSync>;
type Statement = ReturnType<Connection['prepare']>;

export class Database {
  readonly path: string;
  private readonly connection: Connection;
  private readonly statements = new Map<string, Statement>();
  private depth = 0;

  /** @throws project-corrupt, write-failed, disk-full */
  constructor(path: string, options: { readOnly: boolean; busyTimeoutMs: number }) {
    this.path = path;
    this.connection = this.guard(() => new DatabaseSync(path, { readOnly: options.readOnly, timeout: options.busyTimeoutMs }));
  }

  /** the first row, or undefined */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows the columns that it selects
  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.guard(() => this.statement(sql).get(...values) as Row | undefined);
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.guard(() => this.statement(sql).all(...values) as Row[]);
  }

  /** @returns rows changed and the id of the last inserted row */
  run(sql: string, ...values: SqlValue[]): { changes: number; id: number } {
    return this.guard(() => {
      const result = this.statement(sql).run(...values);
      return { changes: result.changes, id: Number(result.lastInsertRowid) };
    });
  }

  /** several statements without parameters */
  execute(sql: string): void {
    this.guard(() => this.connection.exec(sql));
  }

  /** All or nothing; nests into the transaction that is open. `work` must not wait for anything. */
  transaction<T>(work: () => T): T {
    if (this.depth > 0) return work();
    this.execute('BEGIN IMMEDIATE');
    this.depth++;
    try {
      const value = work();
      this.execute('COMMIT');
      return value;
    } catch (error) {
      this.rollBack();
      throw error;
    } finally {
      this.depth--;
    }
  }

  close(): void {
    this.statements.clear();
    this.guard(() => this.connection.close());
  }

  private rollBack(): void {
    try {
      this.connection.exec('ROLLBACK');
    } catch {
      // a full disk already rolled it back
    }
  }

  private statement(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = this.connection.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }

  private guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw databaseError(error, this.path);
    }
  }
}
