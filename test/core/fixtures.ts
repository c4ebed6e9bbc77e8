import { canonicalChecksum, checksum } from '../../src/core/migration/checksum.js';
import type { History, HistoryRow } from '../../src/core/status/history.js';
import type { MigrationFile } from '../../src/core/migration/migration-file.js';
import type { MigrationState, MigrationStatus } from '../../src/core/status/status.js';

export function migrationFile(file: string, text = `SELECT '${file}';\n`): MigrationFile {
  return { file, text, checksum: checksum(text) };
}

/** A row as the run of a migration leaves it. */
export function appliedRow(
  { file, text, checksum: sum }: MigrationFile,
  changes: Partial<HistoryRow> = {},
): HistoryRow {
  return {
    file,
    state: 'applied',
    executedAt: new Date('2026-01-31T12:00:00Z'),
    executionTimeMs: 5,
    error: null,
    checksum: sum,
    canonicalChecksum: canonicalChecksum(text),
    origin: 'migrate',
    runId: '00000000-0000-4000-8000-000000000001',
    progress: null,
    ...changes,
  };
}

/** A row as the older runner, or a hand, makes it: four columns. */
export function bareRow(file: string): HistoryRow {
  return appliedRow(migrationFile(file), { checksum: null, canonicalChecksum: null, origin: null });
}

export function history(...rows: HistoryRow[]): History {
  return { exists: true, current: true, rows };
}

export function statusOf(file: string, state: MigrationState, changes: Partial<MigrationStatus> = {}): MigrationStatus {
  const migration = migrationFile(file);
  const recorded = !['pending', 'out-of-order', 'ambiguous'].includes(state);
  return {
    file,
    state,
    onDisk: state !== 'missing' && state !== 'ahead',
    row: recorded ? appliedRow(migration) : undefined,
    checksum: migration.checksum,
    recordedAs: undefined,
    candidates: [],
    ...changes,
  };
}
