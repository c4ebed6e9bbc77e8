import type { Finding } from '../../core/errors/finding.js';
import type { DetailedHistoryRow, History } from '../../core/history/history.js';
import { rowsOf } from '../../core/history/ordinary-rows.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import { compareMigrations, migrationOrder } from '../../core/migration/version.js';
import { findDrift, findEmptyDirectory } from '../../core/status/findings.js';
import { isAtLeast } from '../../core/status/policy.js';
import { joinStatuses, type MigrationStatus } from '../../core/status/status.js';
import { summarize, type StatusSummary } from '../../core/status/summary.js';
import type { MigratorParts } from '../run/parts.js';

/** Every migration with its state, and a summary. */
export interface StatusReport {
  /** False when the application runs without tracking; everything else is then empty. */
  readonly tracked: boolean;
  readonly migrations: readonly MigrationStatus[];
  readonly summary: StatusSummary;
  /** How files, history and database disagree. */
  readonly findings: readonly Finding[];
}

type Reading = Pick<MigratorParts, 'source' | 'reader' | 'database' | 'policy'>;

/** Reads files and history and joins them. Never locks, creates or writes. */
export async function readStatuses({ source, reader }: Pick<Reading, 'source' | 'reader'>): Promise<MigrationStatus[]> {
  return joinStatuses(await source.read(), await reader.read());
}

/** Returns every migration with its state, and what the policy says about how they differ from the history. */
export async function status(reading: Reading): Promise<StatusReport> {
  const set = await reading.source.read();
  return reportOn(set, await reading.reader.read(), reading);
}

/** The same without reading rows that match the files: their statuses lack the details of these rows. */
export async function briefStatus(reading: Reading): Promise<StatusReport> {
  const set = await reading.source.read();
  return reportOn(set, await reading.reader.read(rowsOf(set)), reading);
}

function reportOn(set: MigrationSet, recorded: History, { database, policy }: Reading): StatusReport {
  const migrations = joinStatuses(set, recorded);
  const drift = driftOf(set, migrations, database.target.name);
  const findings = drift.filter((each) => isAtLeast('note', policy, each));
  return { tracked: true, migrations, summary: summarize(migrations), findings };
}

/** How files and history disagree. @param target for messages. */
export function driftOf(set: MigrationSet, migrations: readonly MigrationStatus[], target: string): Finding[] {
  const problems = findEmptyDirectory(set, migrations, target).filter(({ code }) => code !== 'NO_MIGRATIONS');
  // In the wrong directory, every migration is ahead. That is one problem, not many.
  const drift = findDrift(migrations).filter(({ code }) => problems.length === 0 || code !== 'AHEAD');
  return [...problems, ...drift];
}

/** The status of a migrator that records nothing. */
export const UNTRACKED_STATUS: StatusReport = { tracked: false, migrations: [], summary: summarize([]), findings: [] };

/** Returns all rows in the order of execution; those without a time come first. */
export async function history({ reader }: Pick<MigratorParts, 'reader'>): Promise<DetailedHistoryRow[]> {
  const rows = await reader.readDetails();
  return rows
    .map((row) => ({ row, at: row.executedAt?.getTime() ?? 0, order: migrationOrder(row.file) }))
    .toSorted((a, b) => a.at - b.at || compareMigrations(a.order, b.order))
    .map(({ row }) => row);
}
