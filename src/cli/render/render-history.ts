import type { AuditEntry } from '../../core/history/audit.js';
import type { DetailedHistoryRow } from '../../core/history/history.js';
import { tableOf, unbroken, utc } from './table.js';

/** The history as text: a table, followed by the errors and the messages of the server. @param columns see `tableOf` */
export function renderHistory(rows: readonly DetailedHistoryRow[], columns: number | undefined): string {
  if (rows.length === 0) return 'The history is empty';
  const table = rows.map(({ executedAt, state, file, durationMs, executedBy, origin }) => [
    utc(executedAt),
    state,
    unbroken(file),
    durationMs ?? '',
    executedBy ?? '',
    origin ?? '',
  ]);
  const messages = rows.flatMap(({ file, error, notices }) => [
    ...(error === null ? [] : [`${file}: ${error}`]),
    ...notices.map(({ severity, message }) => `${file}: ${severity}: ${message}`),
  ]);
  return [tableOf(['At (UTC)', 'State', 'Migration', 'ms', 'Role', 'Origin'], table, { columns }), ...messages].join(
    '\n',
  );
}

/**
 * The audit as text. It names the tenant of each entry, if any has one.
 *
 * @param isOfOneTenant true if the reader knows the tenant.
 */
export function renderAudit(
  entries: readonly AuditEntry[],
  columns: number | undefined,
  { isOfOneTenant = false } = {},
): string {
  if (entries.length === 0) return 'The audit is empty';
  const namesTenants = !isOfOneTenant && entries.some((entry) => tenantOf(entry) !== '');
  const table = entries.map((entry) => [
    utc(entry.at),
    entry.action,
    ...(namesTenants ? [tenantOf(entry)] : []),
    entry.login,
    entry.files.map(unbroken).join('\n'),
    entry.reason ?? '',
  ]);
  const head = ['At (UTC)', 'Action', ...(namesTenants ? ['Tenant'] : []), 'Login', 'Migrations', 'Reason'];
  return tableOf(head, table, { columns });
}

/** Empty for the shared files. */
function tenantOf({ details }: AuditEntry): string {
  return (details?.['tenant'] as string | undefined) ?? '';
}
