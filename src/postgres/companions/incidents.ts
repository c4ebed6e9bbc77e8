import { stillIn } from '../../core/status/findings.js';
import { createHash } from 'node:crypto';
import { findingKey, findingPlace, type Finding } from '../../core/errors/finding.js';
import type { IncidentCheck, IncidentReport, ResolvedIncident } from '../../core/status/incidents.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import type { Row } from '../connection/script.js';
import { nameOfCompanion, NOW } from './tables.js';

/** The time after which another process may report an unconfirmed claim: the process that made it must have died. */
const LEASE = "interval '5 minutes'";
/** The time after which any process may resolve an incident: until then, one of another release may still see it. */
const GRACE = "interval '15 minutes'";

/** Runs one statement and returns its rows. */
type Query = (statement: string) => Promise<readonly Row[]>;

/** Compares findings with the open incidents and claims what is to be reported. Reads once if there is nothing to do. */
export async function claimIncidents(
  history: TableName,
  findings: readonly Finding[],
  check: IncidentCheck,
  query: Query,
): Promise<IncidentReport> {
  const table = qualifiedName(nameOfCompanion(history, 'incidents'));
  const open = await query(
    `SELECT code, subject, fingerprint, finding ->> 'tenant'::pg_catalog.text AS tenant FROM ${table} WHERE resolved_at IS NULL`,
  );
  const current = new Map(findings.map((each) => [fingerprintOf(each), each]));
  const claimed = findings.length > 0 ? await query(upsertSql(table, current, check)) : [];
  const gone = open.filter(
    ({ fingerprint, code, tenant }) =>
      !current.has(fingerprint ?? '') && !check.isUnchecked({ code: code ?? '', tenant: tenant ?? undefined }),
  );
  const resolved = gone.length > 0 ? await query(resolveSql(table, gone, check)) : [];
  const own = new Map(claimed.filter(({ mine }) => mine === 't').map((row) => [row['fingerprint'], row]));
  const reported = (isFirst: boolean): Finding[] =>
    [...current].flatMap(([fingerprint, found]) => {
      const row = own.get(fingerprint);
      if (!row || (row['alerts'] === '1') !== isFirst) return [];
      return [{ ...found, since: new Date(Number(row['opened_at']) * 1000) }];
    });
  // A finding whose values have changed is a new incident; the old one ends without a report.
  const isStillThere = stillIn(findings);
  return {
    opened: reported(true),
    reminders: reported(false),
    resolved: resolved.map(toResolved).filter(({ finding }) => !isStillThere(finding)),
  };
}

/** Adds to findings without a time the time at which their incident was opened. */
export async function withFirstSeen(
  history: TableName,
  findings: readonly Finding[],
  query: Query,
): Promise<readonly Finding[]> {
  const table = qualifiedName(nameOfCompanion(history, 'incidents'));
  const rows = await query(
    `SELECT fingerprint, extract(epoch FROM opened_at) AS opened_at FROM ${table} WHERE resolved_at IS NULL`,
  );
  const openedAt = new Map(rows.map((row) => [row['fingerprint'], new Date(Number(row['opened_at']) * 1000)]));
  return findings.map((found) => {
    const since = found.since ?? openedAt.get(fingerprintOf(found));
    return since ? { ...found, since } : found;
  });
}

/** Those of the findings for which an incident is open, whatever their values were then. */
export async function withOpenIncident(
  history: TableName,
  findings: readonly Finding[],
  query: Query,
): Promise<readonly Finding[]> {
  const table = qualifiedName(nameOfCompanion(history, 'incidents'));
  const rows = await query(
    `SELECT code, subject, finding ->> 'tenant'::pg_catalog.text AS tenant FROM ${table} WHERE resolved_at IS NULL`,
  );
  const open = new Set(
    rows.map(({ code, subject, tenant }) =>
      findingPlace({ code: code ?? '', subject: subject ?? '', ...(tenant != null && { tenant }) }),
    ),
  );
  return findings.filter((each) => open.has(findingPlace(each)));
}

/** Confirms what a check claimed. */
export function confirmSql(history: TableName, { token }: IncidentCheck): string {
  const table = qualifiedName(nameOfCompanion(history, 'incidents'));
  return `UPDATE ${table} SET delivered = true WHERE alerted_by = ${quoteLiteral(token)} AND NOT delivered`;
}

/** Concurrent checks of one incident block on its row, and only the first finds it due. */
function upsertSql(
  table: string,
  current: ReadonlyMap<string, Finding>,
  { checker, token, reminderMs }: IncidentCheck,
): string {
  const rows = [...current]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([fingerprint, withDiff]) => {
      const found = { ...withDiff, diff: undefined };
      const values = [found.code, found.subject, fingerprint, JSON.stringify(found), checker, token];
      return `(${values.map(quoteLiteral).join(', ')})`;
    });
  const isNew = 'i.resolved_at IS NOT NULL';
  const isLost = `NOT i.delivered AND i.alerted_at < ${NOW} - ${LEASE}`;
  const isDue = reminderMs > 0 ? `i.alerted_at < ${NOW} - interval '${reminderMs} milliseconds'` : 'false';
  const ifClaimed = (column: string, value: string): string =>
    `${column} = CASE WHEN ${isNew} OR ${isLost} OR ${isDue} THEN ${value} ELSE i.${column} END`;
  return (
    `INSERT INTO ${table} AS i (code, subject, fingerprint, finding, seen_by, alerted_by) VALUES ${rows.join(', ')} ` +
    'ON CONFLICT (code, subject, fingerprint) DO UPDATE SET finding = excluded.finding, ' +
    `opened_at = CASE WHEN ${isNew} THEN ${NOW} ELSE i.opened_at END, last_seen_at = ${NOW}, seen_by = excluded.seen_by, ` +
    `alerts = CASE WHEN ${isNew} THEN 1 WHEN ${isLost} THEN i.alerts WHEN ${isDue} THEN i.alerts + 1 ELSE i.alerts END, ` +
    `${ifClaimed('alerted_at', NOW)}, ${ifClaimed('alerted_by', 'excluded.alerted_by')}, ${ifClaimed('delivered', 'false')}, resolved_at = NULL ` +
    `RETURNING fingerprint, extract(epoch FROM opened_at) AS opened_at, alerts, alerted_by = ${quoteLiteral(token)} AS mine`
  );
}

/** Only the process that last saw an incident resolves it at once: others may check the files of another release. */
function resolveSql(table: string, gone: readonly Row[], { checker }: IncidentCheck): string {
  const keys = gone.map(
    ({ code, subject, fingerprint }) =>
      `(${[code, subject, fingerprint].map((value) => quoteLiteral(value ?? '')).join(', ')})`,
  );
  return (
    `UPDATE ${table} SET resolved_at = ${NOW} WHERE resolved_at IS NULL AND (code, subject, fingerprint) IN (${keys.join(', ')}) ` +
    `AND (seen_by = ${quoteLiteral(checker)} OR last_seen_at < ${NOW} - ${GRACE}) ` +
    'RETURNING finding, extract(epoch FROM resolved_at - opened_at) AS seconds, extract(epoch FROM opened_at) AS opened_at'
  );
}

function toResolved({ finding, seconds, opened_at: openedAt }: Row): ResolvedIncident {
  const found = JSON.parse(finding ?? '{}', (key, value: unknown) =>
    key === 'at' && typeof value === 'string' ? new Date(value) : value,
  ) as Finding;
  return {
    finding: { ...found, since: new Date(Number(openedAt) * 1000) },
    durationMs: Math.round(Number(seconds) * 1000),
  };
}

function fingerprintOf(found: Finding): string {
  return createHash('sha256').update(findingKey(found)).digest('hex').slice(0, 32);
}
