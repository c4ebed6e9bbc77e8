import pg from 'pg';
import { displayName, parseTableName } from '../core/table.js';
import type { ConnectionOptions } from './connection-options.js';
import type { ResolvedOptions } from './options.js';

/**
 * Where a history lies, for people, as far as that can be told without asking a server: one server may go by several
 * names. Undefined when nothing is recorded, or when the connection is not understood, which connecting reports.
 */
export function historyPlace(options: ResolvedOptions): string | undefined {
  if (!options.tracking) return undefined;
  const { pool, connection, connectionString } = (options.migrateWith ?? options) as ConnectionOptions;
  try {
    const { host, port, database } = new pg.Client(pool ? pool.options : (connection ?? connectionString));
    return `${displayName(parseTableName(options.table))} in the database ${database} on ${host}:${port}`;
  } catch {
    return undefined;
  }
}
