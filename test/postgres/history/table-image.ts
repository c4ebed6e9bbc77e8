import type { TestDatabase } from '../../support/database/database.js';

export const columnsOf = async (db: TestDatabase, table: string): Promise<string[]> =>
  (
    await db.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [table],
    )
  ).rows.map(({ name }) => name);

/** Everything about a table that a run could change. */
export const imageOf = async (db: TestDatabase, table: string): Promise<unknown> => [
  await columnsOf(db, table),
  (await db.query(`SELECT ctid::text, xmin::text, t::text FROM ${table} t ORDER BY 1`)).rows,
];
