import pg from 'pg';
import type { ClientConfig } from 'pg';
import { displayName, parseTableName } from '../core/target/table.js';
import type { ConnectionOptions } from './connection-options.js';
import type { ResolvedOptions } from './options.js';

export interface HistoryPlace {
  /** Equal for two that are the same for certain. Of poolers that serve many, the user or an option tells which it is. */
  readonly key: string;
  /** For people. */
  readonly text: string;
}

/**
 * Where a history lies, as far as that can be told without asking a server: one server may go by several
 * names. Undefined when nothing is recorded, when the connection is a stream of its own, or when it is not understood,
 * which connecting reports.
 */
export function historyPlace(options: ResolvedOptions): HistoryPlace | undefined {
  if (!options.tracking) return undefined;
  const { pool, connection, connectionString } = (options.migrateWith ?? options) as ConnectionOptions;
  try {
    const config: ClientConfig = pool ? pool.options : (connection ?? { connectionString });
    if (config.stream) return undefined; // it goes where only its maker knows, and making a client would open it
    const client = new pg.Client(config);
    const { host, port, database, user } = client;
    const { options: startup } = (client as unknown as { connectionParameters: { options?: string } })
      .connectionParameters;
    const table = displayName(parseTableName(options.table));
    return {
      key: JSON.stringify([host, port, user, startup, database, table]),
      text: `${table} in the database ${database} on ${host}:${port}`,
    };
  } catch {
    return undefined;
  }
}
