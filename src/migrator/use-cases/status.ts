import type { HistoryRow } from '../../core/status/history.js';
import { joinStatuses, type MigrationStatus } from '../../core/status/status.js';
import { summarise, type StatusSummary } from '../../core/status/summary.js';
import { compareMigrations, migrationOrder } from '../../core/migration/version.js';
import type { Dependencies } from '../run/dependencies.js';

/** Files and history, joined. */
export interface StatusReport {
  /** False when the application runs without tracking: then nothing else here says anything. */
  readonly tracked: boolean;
  readonly migrations: readonly MigrationStatus[];
  readonly summary: StatusSummary;
}

type Reading = Pick<Dependencies, 'source' | 'reader'>;

/** Reads both sides and joins them. Never locks, creates or writes. */
export async function readStatuses({ source, reader }: Reading): Promise<MigrationStatus[]> {
  const files = await source.read();
  return joinStatuses(files, await reader.read());
}

export async function status(dependencies: Reading): Promise<StatusReport> {
  const migrations = await readStatuses(dependencies);
  return { tracked: true, migrations, summary: summarise(migrations) };
}

export const UNTRACKED_STATUS: StatusReport = { tracked: false, migrations: [], summary: summarise([]) };

/** All rows, in the order of execution; rows without a time come first. */
export async function history({ reader }: Pick<Dependencies, 'reader'>): Promise<HistoryRow[]> {
  const { rows } = await reader.read();
  return rows
    .map((row) => ({ row, at: row.executedAt?.getTime() ?? 0, order: migrationOrder(row.file) }))
    .toSorted((a, b) => a.at - b.at || compareMigrations(a.order, b.order))
    .map(({ row }) => row);
}
