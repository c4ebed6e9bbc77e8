import type { HistoryRow } from '../../../src/core/history/history.js';
import type { Migration } from '../../../src/core/migration/migration.js';
import { joinStatuses, type MigrationState, type MigrationStatus } from '../../../src/core/status/status.js';
import { history, setOf } from '../fixtures.js';

/** Each migration with its state. */
export const show = (statuses: readonly MigrationStatus[]): [string, MigrationState][] =>
  statuses.map(({ file, state }) => [file, state]);

export const joined = (files: readonly Migration[], ...rows: HistoryRow[]): MigrationStatus[] =>
  joinStatuses(setOf(files), history(...rows));

/** The states that files and recorded rows make together. */
export const join = (files: readonly Migration[], ...rows: HistoryRow[]): [string, MigrationState][] =>
  show(joined(files, ...rows));
