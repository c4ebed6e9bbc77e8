import { displayName, parseTableName } from '../core/target/table.js';
import { isPool } from '../postgres/connection/connect.js';
import { addressOf } from '../postgres/connection/driver.js';
import { connectionSource } from './connection-source.js';
import type { ResolvedOptions } from './options.js';

/** The location of a history, according to the options alone. One server may have several names. */
export interface HistoryPlace {
  /**
   * Equal only if the location is certainly the same. Includes the user and the startup options, by which poolers
   * route.
   */
  readonly key: string;
  /** For messages, with the server. */
  readonly text: string;
  /** For messages: database and table. */
  readonly name: string;
  /** The name of the database. */
  readonly database: string;
}

/** Undefined for a connection over a custom stream, or one that cannot be parsed, which connecting reports. */
export function historyPlace(options: ResolvedOptions): HistoryPlace | undefined {
  try {
    const source = connectionSource(options.migrateWith ?? options);
    const given = typeof source === 'string' ? { connectionString: source } : source;
    const config = isPool(given) ? given.options : given;
    if (config.stream) return undefined; // its destination is unknown, and creating a client would open it
    const { host, port, database, user, startupOptions } = addressOf(config);
    const table = displayName(parseTableName(options.table));
    return {
      key: JSON.stringify([host, port, user, startupOptions, database, table]),
      text: `${table} in the database ${database} on ${host}:${port}`,
      name: `${database}/${table}`,
      database: String(database),
    };
  } catch {
    return undefined;
  }
}
