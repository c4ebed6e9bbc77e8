import { canonicalChecksum } from '../../src/core/migration/checksum.js';
import type { History, HistoryRow } from '../../src/core/history/history.js';
import { Migration } from '../../src/core/migration/migration.js';
import { MigrationSet, type UnusableFile } from '../../src/core/migration/migration-set.js';
import { compareMigrations, migrationOrder } from '../../src/core/migration/version.js';
import type { MigrationState, MigrationStatus } from '../../src/core/status/status.js';

export function migrationFile(file: string, text = `SELECT '${file}';\n`): Migration {
  return new Migration(file, text);
}

/** Sorts things that have a file name into migration order. */
export function inMigrationOrder<T extends { readonly file: string }>(items: Iterable<T>): T[] {
  return [...items].toSorted((a, b) => compareMigrations(migrationOrder(a.file), migrationOrder(b.file)));
}

export function setOf(migrations: Iterable<Migration>, unusable: readonly UnusableFile[] = []): MigrationSet {
  return new MigrationSet('migrations', migrations, unusable);
}

/** A row as the run of a migration leaves it. */
export function appliedRow({ file, text, checksum }: Migration, changes: Partial<HistoryRow> = {}): HistoryRow {
  return {
    file,
    state: 'applied',
    executedAt: new Date('2026-01-31T12:00:00Z'),
    durationMs: 5,
    error: null,
    checksum,
    canonicalChecksum: canonicalChecksum(text),
    origin: 'migrate',
    runId: '00000000-0000-4000-8000-000000000001',
    progress: null,
    invalidIndexes: [],
    ...changes,
  };
}

/** A row as the older runner, or a hand, makes it: four columns. */
export function bareRow(file: string): HistoryRow {
  return appliedRow(migrationFile(file), { checksum: null, canonicalChecksum: null, origin: null });
}

export function history(...rows: HistoryRow[]): History {
  return { rows };
}

/** Every state, in the order in which they are documented. */
export const STATES: readonly MigrationState[] = [
  'pending',
  'out-of-order',
  'failed',
  'running',
  'applied',
  'unverified',
  'cosmetic',
  'changed',
  'renamed',
  'missing',
  'ahead',
  'ambiguous',
  'orphaned',
  'unusable',
];

const UNRECORDED: readonly MigrationState[] = ['pending', 'out-of-order', 'ambiguous', 'unusable'];
const WITHOUT_FILE: readonly MigrationState[] = ['missing', 'ahead', 'orphaned'];

/** The states that a row has itself while its migration is not applied. */
const rowState = (state: MigrationState): HistoryRow['state'] =>
  state === 'running' ? state : state === 'failed' || state === 'orphaned' ? 'failed' : 'applied';

export function statusOf(file: string, state: MigrationState, changes: Partial<MigrationStatus> = {}): MigrationStatus {
  const migration = migrationFile(file);
  const onDisk = !WITHOUT_FILE.includes(state);
  return {
    file,
    state,
    onDisk,
    migration: onDisk && state !== 'unusable' ? migration : undefined,
    row: UNRECORDED.includes(state) ? undefined : appliedRow(migration, { state: rowState(state) }),
    recordedAs: undefined,
    candidates: [],
    problem: state === 'unusable' ? { reason: 'unreadable', value: 'EACCES' } : undefined,
    ...changes,
  };
}
