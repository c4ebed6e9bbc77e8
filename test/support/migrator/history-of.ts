import type { TestDatabase } from '../database/database.js';

/** A row of the history as it stands in the table. */
export interface RecordedRow {
  readonly migration_file: string;
  readonly executed_at: Date;
  readonly execution_time_ms: number | null;
  readonly error_message: string | null;
  readonly running: boolean;
  readonly checksum: string | null;
  readonly canonical_checksum: string | null;
  readonly origin: string | null;
  readonly run_id: string | null;
  readonly started_at: Date | null;
  readonly executed_by: string | null;
  readonly steps_done: number | null;
  readonly steps_total: number | null;
  readonly done_checksum: string | null;
  readonly notices: { severity: string; sqlstate: string; message: string }[] | null;
}

type Database = Pick<TestDatabase, 'query'>;

/** All rows of the history, in the order of their names. */
export async function historyOf(db: Database, table = 'shared.schema_migrations'): Promise<RecordedRow[]> {
  return (await db.query<RecordedRow>(`SELECT * FROM ${table} ORDER BY migration_file COLLATE "C"`)).rows;
}

/** File by file: `applied`, or the error that is recorded. */
export async function outcomes(db: Database, table?: string): Promise<Record<string, string>> {
  const rows = await historyOf(db, table);
  return Object.fromEntries(rows.map((row) => [row.migration_file, row.error_message ?? 'applied']));
}

/** Names of the tables and indexes in the schema `public`. */
export async function relations(db: Database): Promise<string[]> {
  const { rows } = await db.query<{ relname: string }>(
    `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i', 'v', 'S') ORDER BY 1`,
  );
  return rows.map(({ relname }) => relname);
}
