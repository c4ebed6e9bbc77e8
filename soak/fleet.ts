import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withClient } from '../test/support/database.js';
import { leftoversOf } from '../test/support/find-leftovers.js';
import { writeFiles } from '../test/support/write-files.js';
import { fleetFiles } from './fleet-files.js';
import { type Ended, MigratingProcess } from './migrating-process.js';

const PROCESSES = 50;
const FILES = 40;
const LONGEST_MS = 60_000;

export interface FleetOptions {
  /** How the processes reach the database. Default: as `connectionString` does. */
  readonly by?: string;
  readonly processes?: number;
  readonly files?: number;
}

export interface FleetReport {
  readonly processes: number;
  readonly files: number;
  /** How many processes applied something. */
  readonly migrated: number;
  /** From the common start until the last that applied something was through, its connections closed, in ms. */
  readonly migratedMs: number;
  /** From there until the slowest of all was through, in ms. */
  readonly slowestAfterMs: number;
  /** What is wrong; empty when nothing is. */
  readonly problems: readonly string[];
}

/**
 * Many processes at once on an empty database. They start together once all are loaded: what a small machine needs for
 * starting so many is not of interest.
 */
export async function runFleet(connectionString: string, options: FleetOptions = {}): Promise<FleetReport> {
  const { by = connectionString, processes = PROCESSES, files: count = FILES } = options;
  const files = fleetFiles(count);
  const directory = await mkdtemp(join(tmpdir(), 'migrations-fleet-'));
  try {
    await writeFiles(directory, files);
    const fleet = Array.from(
      { length: processes },
      () => new MigratingProcess({ connectionString: by, directory, timeouts: { migrationLock: LONGEST_MS } }),
    );
    await Promise.all(fleet.map((each) => each.isReady()));
    const startedAt = Date.now();
    for (const each of fleet) each.begin();
    const ends = await Promise.all(fleet.map((each) => each.endsWithin(LONGEST_MS)));
    const ended = ends.filter((end) => end !== undefined);

    const migrators = ended.filter((end) => appliedBy(end).length > 0);
    const lastMigrated = Math.max(startedAt, ...migrators.map(doneAt));
    const slowest = Math.max(lastMigrated, ...ended.map(doneAt));
    return {
      processes,
      files: count,
      migrated: migrators.length,
      migratedMs: lastMigrated - startedAt,
      slowestAfterMs: slowest - lastMigrated,
      problems: [
        ...ends.flatMap((end, i) => (end ? failure(end, i) : [`process ${i} was not through after ${LONGEST_MS} ms`])),
        ...once('applied, as the processes say', ended.flatMap(appliedBy), Object.keys(files)),
        ...(await databaseProblems(connectionString, Object.keys(files), by !== connectionString)),
      ],
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function appliedBy({ report }: Ended): readonly string[] {
  return report && 'applied' in report ? report.applied : [];
}

function doneAt({ report, endedAt }: Ended): number {
  return report?.doneAt ?? endedAt;
}

function failure({ report, code, signal, stderr }: Ended, i: number): string[] {
  if (code === 0 && report && 'applied' in report && stderr === '') return [];
  return [`process ${i} ended with ${code ?? signal}: ${stderr} ${JSON.stringify(report)}`];
}

/** Each file exactly once. */
function once(what: string, found: readonly string[], expected: readonly string[]): string[] {
  const sorted = found.toSorted().join(', ');
  return sorted === expected.join(', ') ? [] : [`${what}: ${sorted || 'none'}`];
}

async function databaseProblems(connectionString: string, files: string[], pooled: boolean): Promise<string[]> {
  const texts = async (query: string): Promise<string[]> =>
    withClient(connectionString, async (client) =>
      (await client.query<[string]>({ text: query, rowMode: 'array' })).rows.map(([text]) => text),
    );
  return [
    ...once('the ledger', await texts('SELECT file FROM ledger'), files),
    ...once(
      'the history',
      await texts(
        'SELECT migration_file FROM shared.schema_migrations WHERE error_message IS NULL AND NOT coalesce(running, false)',
      ),
      files,
    ),
    ...(await texts(`SELECT 'invalid: ' || indexrelid::regclass FROM pg_index WHERE NOT indisvalid`)),
    // A pooler keeps its connections, idle; the name is that of whoever used them last.
    ...(await leftoversOf(connectionString, { allow: pooled ? ['nestjs-pg-migrations', ''] : [] })),
  ];
}
