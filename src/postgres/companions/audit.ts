import type { AuditAction, AuditEntry, NewAuditEntry } from '../../core/history/audit.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import type { HistoryScope } from '../../core/target/history-scope.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import { LIBRARY_VERSION } from '../../core/history/library-version.js';
import type { Row } from '../connection/script.js';
import { nameOfCompanion } from './tables.js';

/** Adds an entry for a change. */
export function auditChangeSql(
  { history, tenant }: HistoryScope,
  runId: string,
  { action, files, reason, details }: NewAuditEntry,
): string {
  const values = [
    quoteLiteral(action),
    quoteLiteral(runId),
    json(files),
    quoteLiteral(reason ?? null),
    details === undefined && !tenant ? 'NULL' : json({ ...details, ...(tenant && { tenant: tenant.name }) }),
    quoteLiteral(LIBRARY_VERSION),
  ];
  return (
    `INSERT INTO ${tableOf(history)} (action, run_id, files, reason, details, library_version) ` +
    `VALUES (${values.join(', ')})`
  );
}

/**
 * Adds the entry of a run. The server derives it from the rows of the run, so the statement is short, and correct
 * however the run ended. A run that changed nothing gets no entry.
 *
 * @param unlessRecorded true to add nothing if the run already has an entry.
 */
export function auditRunSql(scope: HistoryScope, runId: string, unlessRecorded = false): string {
  const { history, andOwn } = scope;
  const run = quoteLiteral(runId);
  return (
    `INSERT INTO ${tableOf(history)} (action, run_id, files, details, library_version) ` +
    `SELECT 'migrate', ${run}, coalesce(${filesWhere('NULL')}, '[]'), ` +
    `pg_catalog.jsonb_build_object('failed', ${filesWhere('NOT NULL')} -> 0${tenantOf(scope)}), ` +
    `${quoteLiteral(LIBRARY_VERSION)} FROM ${scope.name} WHERE run_id = ${run}${andOwn} AND ${RAN}` +
    (unlessRecorded ? ` AND ${hasNoEntry(history, run)}` : '') +
    ' HAVING count(*) > 0'
  );
}

/**
 * Adds the entry of a run whose process was killed, unless it has one. The only known information about its author is
 * the role in its rows.
 */
export function auditDeadRunSql(scope: HistoryScope, runId: string): string {
  const { history, andOwn } = scope;
  const run = quoteLiteral(runId);
  return (
    `INSERT INTO ${tableOf(history)} (action, run_id, files, details, role, login, application, library_version) ` +
    `SELECT 'migrate', ${run}, coalesce(${filesWhere('NULL')}, '[]'), ` +
    `pg_catalog.jsonb_build_object('failed', ${filesWhere('NOT NULL')} -> 0, 'killed', true${tenantOf(scope)}), ` +
    `coalesce(max(executed_by), current_user), coalesce(max(executed_by), session_user), '', ` +
    `${quoteLiteral(LIBRARY_VERSION)} FROM ${scope.name} WHERE run_id = ${run}${andOwn} AND ${RAN} ` +
    `AND ${hasNoEntry(history, run)} HAVING count(*) > 0`
  );
}

/** True for the migrations that a run executed, and not for those that a checkpoint covers. */
const RAN = `(origin = 'migrate' OR origin = 'checkpoint' AND started_at IS NOT NULL)`;

/** The tenant, for the details of an entry. */
function tenantOf({ tenant }: HistoryScope): string {
  return tenant ? `, 'tenant', ${quoteLiteral(tenant.name)}` : '';
}

function hasNoEntry(history: TableName, run: string): string {
  return `NOT EXISTS (SELECT FROM ${tableOf(history)} a WHERE a.run_id = ${run} AND a.action = 'migrate')`;
}

function filesWhere(error: 'NULL' | 'NOT NULL'): string {
  return `pg_catalog.jsonb_agg(migration_file ORDER BY executed_at, migration_file) FILTER (WHERE error_message IS ${error})`;
}

/** Selects all entries; in the scope of a tenant, only those of the tenant. */
export function selectAuditSql({ history, tenant }: HistoryScope): string {
  const own = tenant ? ` WHERE details ->> 'tenant'::pg_catalog.text = ${quoteLiteral(tenant.name)}` : '';
  return (
    'SELECT id, extract(epoch FROM at) AS at, action, run_id, files, reason, details, role, login, application, library_version ' +
    `FROM ${tableOf(history)}${own} ORDER BY id`
  );
}

/** Converts a row of {@link selectAuditSql} to an entry. */
export function toAuditEntry(row: Row): AuditEntry {
  const text = (name: string): string => row[name] ?? '';
  return {
    id: Number(row['id']),
    at: new Date(Number(row['at']) * 1000),
    action: text('action') as AuditAction,
    runId: text('run_id'),
    files: JSON.parse(row['files'] ?? '[]') as string[],
    reason: row['reason'] ?? null,
    details: detailsOf(row['details']),
    role: text('role'),
    login: text('login'),
    application: text('application'),
    libraryVersion: text('library_version'),
  };
}

/** A run without a failure has no details. */
function detailsOf(text: string | null | undefined): AuditEntry['details'] {
  if (!text) return null;
  const details = JSON.parse(text) as Record<string, unknown>;
  return Object.values(details).every((value) => value === null) ? null : details;
}

function tableOf(history: TableName): string {
  return qualifiedName(nameOfCompanion(history, 'audit'));
}

function json(value: unknown): string {
  return quoteLiteral(JSON.stringify(value));
}
