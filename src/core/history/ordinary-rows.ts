import { hash } from 'node:crypto';
import type { MigrationSet } from '../migration/migration-set.js';
import type { Migration } from '../migration/migration.js';
import type { HistoryRow } from './history.js';

/**
 * A summary of the ordinary rows of a history. A row is ordinary if only its name and its checksum matter: it
 * is applied, has a checksum, left no invalid index, and did not record a file without statements.
 */
export interface OrdinaryRows {
  readonly count: number;
  /** See {@link fingerprintOf}; undefined when there are none. */
  readonly fingerprint: string | undefined;
  /** Names of the other rows. */
  readonly others: readonly string[];
}

/** Returns the ordinary rows if the caller knows them, so that the server need not send them. */
export type KnownRows = (ordinary: OrdinaryRows) => Promise<readonly HistoryRow[] | undefined>;

type NamedChecksum = Pick<Migration, 'file' | 'checksum'>;

/**
 * SHA-256 (hex) of names and checksums, in the order of the names by code unit, one per line. Two lists of the same
 * length with the same fingerprint are equal if no name in one of them contains a line break.
 */
export function fingerprintOf(migrations: readonly NamedChecksum[]): string {
  const lines = inOrderOfName(migrations).map(({ file, checksum }) => checksum + file);
  return hash('sha256', lines.join('\n'));
}

/** The server sorts by code point. In the rare names where that differs, the fingerprints do not match. */
function inOrderOfName(migrations: readonly NamedChecksum[]): readonly NamedChecksum[] {
  const isSorted = migrations.every(({ file }, i) => i === 0 || (migrations[i - 1] as NamedChecksum).file < file);
  return isSorted ? migrations : migrations.toSorted((a, b) => (a.file < b.file ? -1 : 1));
}

/** Recognizes ordinary rows if they match the current files of a set: the first ones without another row. A checkpoint
 * counts only where a database started at it. */
export function rowsOf(set: MigrationSet | Promise<MigrationSet>): KnownRows {
  return async (ordinary) => {
    const others = new Set(ordinary.others);
    for (const files of (await set).histories) {
      const left = others.size === 0 ? files : files.filter(({ file }) => !others.has(file));
      const first = left.slice(0, ordinary.count);
      if (areRecorded(first, ordinary)) return first.map(recordedAs);
    }
    return undefined;
  };
}

/** True if these, and no others, are the ordinary rows. */
export function areRecorded(
  migrations: readonly NamedChecksum[],
  { count, fingerprint }: Pick<OrdinaryRows, 'count' | 'fingerprint'>,
): boolean {
  if (migrations.length !== count || migrations.some(({ file }) => file.includes('\n'))) return false;
  return count === 0 || fingerprintOf(migrations) === fingerprint;
}

/** The ordinary row of a file. It contains only what its name and checksum imply. */
export function recordedAs({ file, checksum }: NamedChecksum): HistoryRow {
  return {
    file,
    state: 'applied',
    executedAt: null,
    durationMs: null,
    error: null,
    checksum,
    canonicalChecksum: null,
    origin: null,
    runId: null,
    progress: null,
    invalidIndexes: [],
  };
}
