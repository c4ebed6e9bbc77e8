import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigratorOptions } from '../src/migrator.js';
import { withClient } from '../test/support/database/database.js';
import { leftoversOf } from '../test/support/server/find-leftovers.js';
import { writeFiles } from '../test/support/files/write-files.js';
import { fleetFiles } from './fleet-files.js';
import { inTime, MigratingProcess, type ProcessEnd, type RunEnd, type RunReport } from './migrating-process.js';

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
  /** From the common start until the last process that applied something ended, its connections closed, in ms. */
  readonly migratedMs: number;
  /** From there until the slowest of all ended, in ms. */
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
    const fleet = Array.from({ length: processes }, () => new MigratingProcess());
    await Promise.all(fleet.map((each) => each.isReady()));
    const migration = { connectionString: by, directory, timeouts: { migrationLock: LONGEST_MS } };
    const startedAt = Date.now();
    const ends = await Promise.all(fleet.map((each) => runToItsEnd(each, migration)));
    const reports = ends.flatMap((end) => (end?.report ? [end.report] : []));

    const migrators = reports.filter((report) => appliedBy(report).length > 0);
    const lastMigrated = Math.max(startedAt, ...migrators.map(({ doneAt }) => doneAt));
    const slowest = Math.max(lastMigrated, ...reports.map(({ doneAt }) => doneAt));
    return {
      processes,
      files: count,
      migrated: migrators.length,
      migratedMs: lastMigrated - startedAt,
      slowestAfterMs: slowest - lastMigrated,
      problems: [
        ...ends.flatMap((end, i) => (end ? failure(end, i) : [`process ${i} had not ended after ${LONGEST_MS} ms`])),
        ...once('applied, as the processes say', reports.flatMap(appliedBy), Object.keys(files)),
        ...(await databaseProblems(connectionString, Object.keys(files), by !== connectionString)),
      ],
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type End = RunEnd & ProcessEnd;

/** @returns undefined when it took too long. */
async function runToItsEnd(each: MigratingProcess, options: MigratorOptions): Promise<End | undefined> {
  const run = each.migrate(options);
  each.finish();
  const end = await inTime(
    Promise.all([run, each.ended]).then(([report, ended]) => ({ ...report, ...ended })),
    LONGEST_MS,
  );
  if (!end) await each.kill();
  return end;
}

function appliedBy(report: RunReport): readonly string[] {
  return 'applied' in report ? report.applied : [];
}

function failure({ report, code, signal, stderr }: End, i: number): string[] {
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
