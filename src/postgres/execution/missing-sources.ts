import { recordableSource } from '../../core/history/source.js';
import type { Migration } from '../../core/migration/migration.js';
import { actingAs, asRole } from '../connection/acting-role.js';
import { tryRecord, warnOfDetails, type ExecutionContext } from './execution-context.js';

/** Maximum characters per message, unless one text is longer. */
const MAX_MESSAGE_LENGTH = 1_000_000;

/**
 * Records sources of applied migrations that are still missing: those of this run that could not be recorded as they
 * were sent, and those of runs by an older release. Files that have changed since are skipped.
 *
 * @param known true if the server has already been asked which are missing.
 * @param missing their checksums as JSON, if it was.
 */
export async function recordMissingSources(
  context: ExecutionContext,
  known: boolean,
  missing: string | undefined,
): Promise<void> {
  const { records, settings, target } = context;
  if (!records.sources) return;
  try {
    const json = known ? missing : await readMissing(context, records.sources.missing);
    const checksums = new Set(JSON.parse(json ?? '[]') as string[]);
    const found = settings.migrations.filter(
      (each) => checksums.delete(each.checksum) && recordableSource(each) !== undefined,
    );
    for (const chunk of inChunks(found)) {
      const error = await tryRecord(context, [...actingAs(target.role), ...records.sources.of(chunk)]);
      if (error) throw error;
    }
  } catch (error) {
    warnOfDetails(context, error);
  }
}

async function readMissing({ connection, target }: ExecutionContext, select: string): Promise<string | undefined> {
  const [row] = await connection.query(asRole(target.role, select));
  return Object.values(row ?? {})[0] ?? undefined;
}

function inChunks(migrations: readonly Migration[]): Migration[][] {
  const chunks: Migration[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const migration of migrations) {
    length += migration.text.length;
    if (length > MAX_MESSAGE_LENGTH) {
      chunks.push([]);
      length = migration.text.length;
    }
    chunks.at(-1)?.push(migration);
  }
  return chunks;
}
