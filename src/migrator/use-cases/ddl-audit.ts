import type { MigratorParts } from '../run/parts.js';
import type { ChangeOptions } from './change-history.js';

/** Options for enabling or disabling the DDL audit. */
export type DdlAuditOptions = Pick<ChangeOptions, 'dryRun' | 'signal'>;

/** Enables or disables the DDL audit. @returns the SQL. @throws DatabaseError, HistoryTableError */
export async function setDdlAudit(
  { database }: Pick<MigratorParts, 'database'>,
  enabled: boolean,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<string> {
  if (!dryRun) await database.ddlAudit.set(enabled, signal);
  return database.ddlAudit.script(enabled);
}
