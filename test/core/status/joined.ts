import type { HistoryRow } from '../../../src/core/status/history.js';
import type { MigrationFile } from '../../../src/core/migration/migration-file.js';
import { joinStatuses, type MigrationState, type MigrationStatus } from '../../../src/core/status/status.js';
import { history } from '../fixtures.js';

/** Each migration with its state. */
export const show = (statuses: readonly MigrationStatus[]): [string, MigrationState][] =>
  statuses.map(({ file, state }) => [file, state]);

/** The states that files and recorded rows make together. */
export const join = (files: readonly MigrationFile[], ...rows: HistoryRow[]): [string, MigrationState][] =>
  show(joinStatuses(files, history(...rows)));
