import { quoteLiteral } from '../../core/sql/text/quote.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { queryError } from '../connection/server-error.js';

/**
 * The given indexes that still exist and are invalid. Queries the server only if there are any names.
 *
 * @param names `schema.name`, quoted where needed.
 * @throws MigrationError
 */
export async function stillInvalid(connection: PgConnection, names: readonly string[]): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const rows = await connection
    .query(
      `SELECT invalid.name
         FROM (SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
                 FROM pg_catalog.pg_index i
                 JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE NOT i.indisvalid) AS invalid
        WHERE invalid.name IN (${names.map(quoteLiteral).join(', ')})`,
    )
    .catch((error: unknown) => {
      throw queryError('looking for invalid indexes', error);
    });
  return new Set(rows.map(({ name }) => name ?? ''));
}
