import type { MigrationDatabase, MigrationSession } from '../core/ports.js';
import { displayName, type TableName } from '../core/table.js';
import type { ClientConfig } from 'pg';
import type { LockKind } from './migration-lock.js';
import { isPool, lease, type Lease, type Connection, type ConnectSettings } from './connection.js';
import type { StatementTimeouts } from './reset.js';
import { PgMigrationSession } from './session.js';

/** Opens migrating sessions on one database. */
export class PgMigrationDatabase implements MigrationDatabase {
  readonly table: string;

  constructor(
    private readonly connection: Connection,
    private readonly tableName: TableName,
    private readonly connecting: ConnectSettings,
    private readonly timeouts: StatementTimeouts,
    private readonly lockKind: LockKind,
  ) {
    this.table = displayName(tableName);
  }

  async open(signal?: AbortSignal): Promise<MigrationSession> {
    const { connection, connecting } = this;
    const second = (): Promise<Lease> => lease(secondConnection(connection), connecting);
    return new PgMigrationSession(
      await lease(connection, connecting, signal),
      this.tableName,
      this.timeouts,
      this.lockKind,
      second,
    );
  }
}

/** A pool may have no second connection to give: then one of our own, made as the pool makes them. */
function secondConnection(connection: Connection): string | ClientConfig {
  return isPool(connection) ? connection.options : connection;
}
