import type { EmitEvent } from '../core/events/events.js';
import { NO_HISTORY } from '../core/status/history.js';
import { LAYOUTS } from '../core/tools/layouts.js';
import type { HistoryReader } from '../core/ports/ports.js';
import { parseTableName } from '../core/target/table.js';
import { MigrationDirectory } from '../files/directory.js';
import { Migrator } from '../migrator/migrator.js';
import type { Connection } from '../postgres/connection/connection.js';
import { PgMigrationDatabase } from '../postgres/run/database.js';
import { parseStatements } from '../postgres/parser/parse-sql.js';
import { PgHistoryReader } from '../postgres/history/reader.js';
import { guarded } from './guarded.js';
import type { ConnectionOptions } from './connection-options.js';
import type { ResolvedOptions } from './options.js';

/** Puts adapters and use cases together for one target. */
export function createMigrator(options: ResolvedOptions, listener: EmitEvent): Migrator {
  const emit = guarded(listener);
  const { timeouts } = options;
  const table = parseTableName(options.table);
  const layout = LAYOUTS[options.layout];
  const placeholders = options.placeholders && {
    values: options.placeholders,
    delimiters: options.placeholderDelimiters,
  };
  const connection = connectionOf(options as ConnectionOptions);
  const migrateWith = options.migrateWith ? connectionOf(options.migrateWith as ConnectionOptions) : connection;
  const reader = new PgHistoryReader(connection, table, timeouts.read, options.migrateWith ? undefined : options.role);
  const untracked: HistoryReader = { read: () => Promise.resolve(NO_HISTORY) };
  const connecting = {
    timeoutMs: timeouts.connect,
    retryForMs: timeouts.connectRetry,
    onRetry: (attempt: number, error: Error) => emit({ type: 'connection-retry', attempt, reason: error.message }),
  };
  const database = new PgMigrationDatabase({
    connection: migrateWith,
    connecting,
    silenceMs: timeouts.network,
    table,
    timeouts: {
      statementMs: timeouts.statement,
      lockMs: timeouts.tableLock,
      lockRetries: timeouts.tableLockRetries,
    },
    lock: options.lock,
    role: options.role,
  });
  return new Migrator(
    {
      source: new MigrationDirectory(options.directory, {
        layout,
        recursive: options.recursive,
        pattern: options.pattern,
      }),
      database,
      reader: options.tracking ? reader : untracked,
      parse: parseStatements,
      reading: { layout, placeholders },
      emit,
    },
    {
      tracking: options.tracking,
      policy: { outOfOrder: options.outOfOrder, onDrift: options.onDrift },
      transaction: options.transaction,
      lockTimeoutMs: timeouts.migrationLock,
    },
    () => reader.close(),
  );
}

function connectionOf({ connectionString, connection, pool }: ConnectionOptions): Connection {
  const given = pool ?? connection ?? connectionString;
  if (given === undefined) throw new Error('options were not validated');
  return given;
}
