import type { AuditEntry } from '../../core/history/audit.js';
import type { DdlEntry } from '../../core/history/ddl-audit.js';
import type { DetailedHistoryRow, History } from '../../core/history/history.js';
import type { Finding } from '../../core/errors/finding.js';
import type { IncidentCheck, IncidentReport, IncidentStore } from '../../core/status/incidents.js';
import type { KnownRows } from '../../core/history/ordinary-rows.js';
import type { HistoryReader } from '../../core/ports/ports.js';
import type { HistoryScope } from '../../core/target/history-scope.js';
import { asRole, type ActingRole } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { ReadConnections } from '../connection/read-connections.js';
import type { Row } from '../connection/script.js';
import { claimIncidents, confirmSql, withFirstSeen } from '../companions/incidents.js';
import { NOT_WRITABLE, whereWritable } from '../companions/where-writable.js';
import { readAudit, readDdlAudit, readSources } from './read-companions.js';
import { readHistory, readHistoryDetails } from './read-history.js';

/** Reads the history for status, health and drift. */
export class PgHistoryReader implements HistoryReader, IncidentStore {
  constructor(
    private readonly connections: Pick<ReadConnections, 'use'>,
    private readonly scope: HistoryScope,
    /** The role to read as. @default the login role */
    private readonly role?: ActingRole,
  ) {}

  /** @throws DatabaseConnectionError on a timeout; HistoryTableError if the table is not a history table. */
  read(known?: KnownRows): Promise<History> {
    return this.connections.use((connection) => readHistory(connection, this.scope, this.role, known));
  }

  readDetails(): Promise<readonly DetailedHistoryRow[]> {
    return this.connections.use((connection) => readHistoryDetails(connection, this.scope, this.role));
  }

  readAudit(): Promise<readonly AuditEntry[]> {
    return this.connections.use((connection) => readAudit(connection, this.scope, this.role));
  }

  readDdlAudit(since?: Date): Promise<readonly DdlEntry[]> {
    return this.connections.use((connection) => readDdlAudit(connection, this.scope.history, this.role, since));
  }

  readSources(checksums: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.connections.use((connection) => readSources(connection, this.scope.history, checksums, this.role));
  }

  claim(findings: readonly Finding[], check: IncidentCheck): Promise<IncidentReport | undefined> {
    return this.connections.use((connection) =>
      whereWritable(() => claimIncidents(this.scope.history, findings, check, (sql) => this.queryAs(connection, sql))),
    );
  }

  async withFirstSeen(findings: readonly Finding[]): Promise<readonly Finding[]> {
    if (findings.every(({ since }) => since !== undefined)) return findings;
    const dated = await this.connections.use((connection) =>
      whereWritable(() => withFirstSeen(this.scope.history, findings, (sql) => this.queryAs(connection, sql))),
    );
    return dated ?? findings;
  }

  async confirm(check: IncidentCheck): Promise<void> {
    const update = confirmSql(this.scope.history, check);
    await this.connections.use((connection) => whereWritable(() => this.queryAs(connection, update)));
  }

  private queryAs(connection: PgConnection, statement: string): Promise<Row[]> {
    return connection.query(asRole(this.role, statement), NOT_WRITABLE);
  }
}
