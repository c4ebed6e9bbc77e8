import pg from 'pg';
import type { ClientConfig, Pool } from 'pg';
import { DatabaseConnectionError } from '../../core/errors/database-errors.js';
import type { AuditEntry } from '../../core/history/audit.js';
import type { DetailedHistoryRow, History } from '../../core/history/history.js';
import type { Finding } from '../../core/errors/finding.js';
import type { IncidentCheck, IncidentReport, IncidentStore } from '../../core/status/incidents.js';
import type { HistoryReader } from '../../core/ports/ports.js';
import type { TableName } from '../../core/target/table.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import { actingAs, type ActingRole } from '../connection/acting-role.js';
import { connect, isPool, ownConfig, type ConnectionSource } from '../connection/connect.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { Row } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';
import { withTimeout } from '../../timing/timeout.js';
import { claimIncidents, confirmSql } from '../companions/incidents.js';
import { readAudit, readSources } from './read-companions.js';
import { readHistory, readHistoryDetails } from './read-history.js';

const IDLE_MS = 10_000;

/** Reads the history for status, health and drift, through the caller's pool or a small one that closes when idle. */
export class PgHistoryReader implements HistoryReader, IncidentStore {
  private ownPool: Pool | undefined;

  constructor(
    private readonly source: ConnectionSource,
    private readonly table: TableName,
    /** How long a read may take, including connecting, in ms. */
    private readonly readTimeoutMs: number,
    /** The role to read as. @default the login role */
    private readonly role?: ActingRole,
  ) {}

  /** @throws DatabaseConnectionError on a timeout; HistoryTableError if the table is not a history table. */
  read(): Promise<History> {
    return this.withConnection((connection) => readHistory(connection, this.table, this.role));
  }

  readDetails(): Promise<readonly DetailedHistoryRow[]> {
    return this.withConnection((connection) => readHistoryDetails(connection, this.table, this.role));
  }

  readAudit(): Promise<readonly AuditEntry[]> {
    return this.withConnection((connection) => readAudit(connection, this.table, this.role));
  }

  readSources(checksums: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.withConnection((connection) => readSources(connection, this.table, checksums, this.role));
  }

  claim(findings: readonly Finding[], check: IncidentCheck): Promise<IncidentReport | undefined> {
    return this.withConnection((connection) =>
      whereWritable(() => claimIncidents(this.table, findings, check, (sql) => this.queryAs(connection, sql))),
    );
  }

  async confirm(check: IncidentCheck): Promise<void> {
    const update = confirmSql(this.table, check);
    await this.withConnection((connection) => whereWritable(() => this.queryAs(connection, update)));
  }

  private queryAs(connection: PgConnection, statement: string): Promise<Row[]> {
    return connection.query([...actingAs(this.role), statement].join('; '), NOT_WRITABLE);
  }

  private async withConnection<T>(work: (connection: PgConnection) => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const connection = await connect(this.pool(), { connectTimeoutMs: this.readTimeoutMs });
    try {
      const leftMs = Math.max(1, this.readTimeoutMs - (performance.now() - startedAt));
      return await withTimeout(work(connection), leftMs, () => {
        throw timeoutError(this.readTimeoutMs);
      });
    } finally {
      await connection.release();
    }
  }

  /** Closes our own connections; a caller's pool stays open. */
  async close(): Promise<void> {
    const pool = this.ownPool;
    this.ownPool = undefined;
    await pool?.end();
  }

  private pool(): Pool {
    if (isPool(this.source)) return this.source;
    this.ownPool ??= smallPool(this.source, this.readTimeoutMs);
    return this.ownPool;
  }
}

/** The table does not exist, may not be written, or is on a read-only server. */
const NOT_WRITABLE: readonly string[] = [
  SQLSTATE.undefinedTable,
  SQLSTATE.invalidSchemaName,
  SQLSTATE.insufficientPrivilege,
  SQLSTATE.readOnlySqlTransaction,
];

/** The result of work that writes; undefined where nothing can be written. */
async function whereWritable<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (NOT_WRITABLE.includes(serverErrorOf(error)?.sqlstate ?? '')) return undefined;
    throw queryError('tracking incidents', error);
  }
}

function smallPool(source: string | ClientConfig, readTimeoutMs: number): Pool {
  const pool = new pg.Pool({
    ...ownConfig(source, readTimeoutMs),
    max: 2,
    idleTimeoutMillis: IDLE_MS,
    allowExitOnIdle: true,
  });
  pool.on('error', () => {}); // an idle connection that breaks is replaced at the next read
  return pool;
}

function timeoutError(readTimeoutMs: number): DatabaseConnectionError {
  return new DatabaseConnectionError('UNREACHABLE', `The database did not answer within ${readTimeoutMs} ms.`);
}
