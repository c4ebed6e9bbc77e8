import pg from 'pg';
import type { ClientConfig } from 'pg';
import { displayName, parseTableName } from '../core/table.js';
import type { ConnectionOptions } from './connection-options.js';
import type { ResolvedOptions } from './options.js';

/**
 * Where a history lies, for people, as far as that can be told without asking a server: one server may go by several
 * names. Undefined when nothing is recorded, when the connection is a stream of its own, or when it is not understood,
 * which connecting reports.
 */
export function historyPlace(options: ResolvedOptions): string | undefined {
  if (!options.tracking) return undefined;
  const { pool, connection, connectionString } = (options.migrateWith ?? options) as ConnectionOptions;
  const config: ClientConfig = pool ? pool.options : (connection ?? { connectionString });
  if (config.stream) return undefined; // it goes where only its maker knows, and making a client would open it
  try {
    const { host, port, database } = new pg.Client(config);
    return `${displayName(parseTableName(options.table))} in the database ${database} on ${host}:${port}`;
  } catch {
    return undefined;
  }
}
