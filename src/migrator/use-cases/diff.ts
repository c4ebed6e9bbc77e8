import type { Finding } from '../../core/errors/finding.js';
import { UnknownMigrationError } from '../../core/errors/input-errors.js';
import { shortChecksum } from '../../core/errors/wording.js';
import { recordableSource } from '../../core/history/source.js';
import type { MigrationStatus } from '../../core/status/status.js';
import type { MigratorParts } from '../run/parts.js';
import { readStatuses } from './status.js';

/** What changed in a file since it was applied. */
export interface MigrationDiff {
  readonly file: string;
  /** Its name in the history; null if it is not recorded. */
  readonly recordedAs: string | null;
  /** The recorded checksum. */
  readonly recorded: string | null;
  /** The checksum of the file; null if the file is gone. */
  readonly actual: string | null;
  /**
   * A unified diff from the recorded source to the file. Empty if they do not differ, or only in secrets, which are
   * masked in both. Null if the source was not recorded.
   */
  readonly text: string | null;
}

type Parts = Pick<MigratorParts, 'source' | 'reader' | 'diffTexts'>;

/** Compares a file with its recorded source. @throws UnknownMigrationError if there is neither a file nor a row. */
export async function diff(parts: Parts, file: string): Promise<MigrationDiff> {
  const statuses = await readStatuses(parts);
  const found = statuses.find((each) => each.file === file || each.row?.file === file);
  if (!found) throw new UnknownMigrationError(`There is no migration ${file} on disk or in the history.`);
  const { row, migration } = found;
  const [text = null] = await diffsOf(parts, [found]);
  return {
    file: found.file,
    recordedAs: row?.file ?? null,
    recorded: row?.checksum ?? null,
    actual: migration?.checksum ?? null,
    text,
  };
}

/** Adds a diff to the findings about files that have changed, if their source was recorded. */
export async function withDiffs(
  parts: Parts,
  findings: readonly Finding[],
  statuses: readonly MigrationStatus[],
): Promise<Finding[]> {
  const changed = statuses.filter(({ state }) => state === 'changed' || state === 'cosmetic');
  // The findings matter more than their diffs, which need a separate privilege.
  const diffs = await diffsOf(parts, changed).catch(() => []);
  const byFile = new Map(changed.map(({ file }, i) => [file, diffs[i]]));
  return findings.map((each) => {
    const text = each.code === 'CHANGED' || each.code === 'COSMETIC' ? byFile.get(each.subject) : undefined;
    return text ? { ...each, diff: text } : each;
  });
}

/** Reads all recorded sources at once. For a file that was deleted, the diff shows every line as removed. */
async function diffsOf(
  { reader, diffTexts }: Parts,
  statuses: readonly MigrationStatus[],
): Promise<readonly (string | null)[]> {
  const checksums = statuses.flatMap(({ row }) => (row?.checksum ? [row.checksum] : []));
  const sources = checksums.length > 0 ? await reader.readSources([...new Set(checksums)]) : new Map<string, string>();
  return Promise.all(
    statuses.map(async ({ file, row, migration }) => {
      const before = row?.checksum ? sources.get(row.checksum) : undefined;
      const after = migration ? recordableSource(migration) : '';
      if (before === undefined || after === undefined) return null;
      return diffTexts(
        { name: row?.file ?? file, label: `recorded ${shortChecksum(row?.checksum)}`, text: before },
        { name: file, label: migration ? `on disk ${shortChecksum(migration.checksum)}` : 'deleted', text: after },
      );
    }),
  );
}
