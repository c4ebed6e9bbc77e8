import type { MigrationDatabase, MigrationSession } from '../core/ports.js';
import { displayName, type TableName } from '../core/table.js';
import { lease, type Connection, type ConnectSettings } from './connection.js';
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
  ) {
    this.table = displayName(tableName);
  }

  async open(signal?: AbortSignal): Promise<MigrationSession> {
    return new PgMigrationSession(await lease(this.connection, this.connecting, signal), this.tableName, this.timeouts);
  }
}
