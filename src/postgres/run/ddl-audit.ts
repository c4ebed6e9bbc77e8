import { DatabaseError, HistoryTableError } from '../../core/errors/database-errors.js';
import { SQLSTATE, UNDEFINED_TABLE } from '../../core/errors/sqlstate.js';
import type { DdlAudit } from '../../core/ports/ports.js';
import { displayName, type TableName } from '../../core/target/table.js';
import { disableDdlAuditSql, enableDdlAuditSql } from '../companions/ddl-audit.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';

/** Enables and disables the DDL audit of one history. */
export class PgDdlAudit implements DdlAudit {
  constructor(
    private readonly history: TableName,
    private readonly connect: (signal: AbortSignal) => Promise<PgConnection>,
  ) {}

  script(enabled: boolean): string {
    return `${['BEGIN', ...this.statements(enabled), 'COMMIT'].join(';\n')};\n`;
  }

  async set(enabled: boolean, signal: AbortSignal): Promise<void> {
    const connection = await this.connect(signal);
    try {
      const { error } = await connection.run(asScript(['BEGIN', ...this.statements(enabled), 'COMMIT']));
      if (error) throw this.explained(enabled, error);
    } finally {
      await connection.release();
    }
  }

  private statements(enabled: boolean): string[] {
    return enabled ? enableDdlAuditSql(this.history) : disableDdlAuditSql(this.history);
  }

  private explained(enabled: boolean, error: unknown): Error {
    const server = serverErrorOf(error);
    const doing = `${enabled ? 'enabling' : 'disabling'} the DDL audit`;
    if (server?.sqlstate === SQLSTATE.insufficientPrivilege) {
      const method = enabled ? 'enableDdlAudit' : 'disableDdlAudit';
      const hint =
        'Only a superuser or, on a managed server, the administrator role can create event triggers. ' +
        `Connect as that role with the option "migrateWith", or have an administrator run the SQL of ${method}({ dryRun: true }).`;
      return new DatabaseError(`Failed while ${doing}`, { ...server, hint });
    }
    if (server && UNDEFINED_TABLE.includes(server.sqlstate)) {
      const name = displayName(this.history);
      return new HistoryTableError(
        name,
        `${name} does not exist yet. Run the migrations once, then enable the DDL audit.`,
      );
    }
    return queryError(doing, error);
  }
}
