import { afterEach, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MigrationFailedError, RefusedError } from '../../src/migrator.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { endState } from '../support/end-state.js';
import { failureOf } from '../support/failure-of.js';
import { historyOf } from '../support/history-of.js';
import { type Files, migratorOn } from '../support/migrator-on.js';
import { describeWith } from '../support/needs.js';
import { runInPsql } from '../support/psql.js';
import { testFixtures } from './test-fixture.js';

const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));

/**
 * How a file is run by psql, and how it must be run here: in one transaction, in one that it brings itself, or in
 * steps.
 */
type Mode = 'tx' | 'own' | 'steps';

/** The files of a fixture: one file, or a directory of several. */
function filesOf(path: string): Files {
  if (path.endsWith('.sql')) return { [`001_${basename(path)}`]: readFileSync(path) };
  return Object.fromEntries(readdirSync(path).map((name) => [name, readFileSync(join(path, name))]));
}

const names = (group: string): string[] => readdirSync(join(FIXTURES, group));

const modeOf = (file: string): Mode => (/\.(tx|own|steps)\.sql$/.exec(file)?.[1] ?? 'tx') as Mode;

const databases: TestDatabase[] = [];
afterEach(() => Promise.all(databases.splice(0).map((database) => database.drop())));

async function twoDatabases(): Promise<[ours: TestDatabase, other: TestDatabase]> {
  const made = await Promise.all([createTestDatabase('fixture'), createTestDatabase('fixture_psql')]);
  databases.push(...made);
  return made;
}

/** psql waits for a table without limit. */
const AS_PATIENT_AS_PSQL = { timeouts: { tableLock: 0 } };

/** Runs the files here and in psql, and compares what they end in. */
async function expectAsInPsql(files: Files, mode: (file: string) => Mode, setup = ''): Promise<void> {
  const [ours, other] = await twoDatabases();
  if (setup) await Promise.all([ours.query(setup), other.query(setup)]);
  const { migrator, directory } = await migratorOn(ours, files, AS_PATIENT_AS_PSQL);
  const { applied } = await migrator.migrate();
  expect(applied.toSorted()).toEqual(Object.keys(files).toSorted());
  for (const file of applied)
    await runInPsql(other.connectionString, join(directory, file), { oneTransaction: mode(file) === 'tx' });

  expect(await endState(ours.connectionString)).toEqual(await endState(other.connectionString));
  const rows = await historyOf(ours);
  expect(rows.map((row) => [row.migration_file, row.error_message, row.running, row.steps_done])).toEqual(
    rows.map((row) => [row.migration_file, null, false, row.steps_total]),
  );
  const inSteps = rows.filter((row) => row.steps_total !== null).map((row) => row.migration_file);
  expect(inSteps).toEqual(rows.map((row) => row.migration_file).filter((file) => mode(file) === 'steps'));
}

const withPsql = describeWith('psql');

describe('psql', () => {
  test('that is missing is said, with how to install it', async () => {
    const [database] = await twoDatabases();
    await expect(runInPsql(database.connectionString, 'a.sql', { path: '' })).rejects.toThrow(
      'apt-get install postgresql-client',
    );
  });
});

withPsql.each<[sentence: string, group: string, mode: Mode]>([
  ['one transaction ends as with psql -1', 'transactional', 'tx'],
  ['the transaction that it brings ends as with psql', 'own-transaction', 'own'],
  ['steps ends as with psql', 'stepwise', 'steps'],
])('a file that runs in %s:', (_sentence, group, mode) => {
  testFixtures(group, names(group), (name) => expectAsInPsql(filesOf(join(FIXTURES, group, name)), () => mode));
});

withPsql('a history of several files ends as when psql runs one after the other:', () => {
  test.each(names('histories'))('%s', (name) => expectAsInPsql(filesOf(join(FIXTURES, 'histories', name)), modeOf));
});

withPsql(
  'what only the server can know is refused late, and runs as in psql once the file says "no-transaction":',
  () => {
    const setup = `CREATE TYPE mood AS ENUM ('sad')`;

    test.each(names('late'))('%s', async (name) => {
      const [database] = await twoDatabases();
      await database.query(setup);
      const before = await endState(database.connectionString);
      const files = filesOf(join(FIXTURES, 'late', name));
      const { migrator } = await migratorOn(database, files);
      const error = await failureOf(migrator.migrate(), MigrationFailedError);
      expect(error.message).toContain('put the line "-- no-transaction" at the top of the file');
      expect(await endState(database.connectionString)).toEqual(before);

      const declared = Object.entries(files).map(([file, text]) => [file, `-- no-transaction\n${String(text)}`]);
      await expectAsInPsql(Object.fromEntries(declared) as Files, () => 'steps', setup);
    });
  },
);

describe('what no driver can run is refused before anything runs, with its place and what to do:', () => {
  const refused: [name: string, message: string][] = [
    [
      'set.sql',
      'set.sql:2:1: \\set is a psql meta-command; only psql understands it. Remove it, or write what it does as SQL',
    ],
    ['gexec.sql', 'gexec.sql:2:1: \\gexec is a psql meta-command'],
    ['restrict.sql', 'restrict.sql:2:1: \\restrict is a psql meta-command'],
    ['include.sql', 'include.sql:1:20: \\i is a psql meta-command'],
    [
      'copy-from-stdin.sql',
      'copy-from-stdin.sql:2:1: COPY … FROM stdin is fed by psql; a driver cannot run it. Write the rows as INSERT',
    ],
    ['open-transaction.sql', 'open-transaction.sql:2:1: it begins a transaction that it never ends. Add the COMMIT'],
    [
      'read-only.sql',
      'read-only.sql:1:1: it makes a transaction READ ONLY, in which its record cannot be written. Remove READ ONLY',
    ],
    ['read-only-group.sql', 'read-only-group.sql:2:1: it makes a transaction READ ONLY'],
    ['read-only-by-setting.sql', 'read-only-by-setting.sql:2:1: it makes a transaction READ ONLY'],
  ];

  test.each(refused)('%s', async (name, message) => {
    const [database] = await twoDatabases();
    const before = await endState(database.connectionString);
    const files = { ...filesOf(join(FIXTURES, 'refused', name)), '000_fine.sql': 'CREATE TABLE never ();' };
    const { migrator } = await migratorOn(database, files);
    expect((await failureOf(migrator.migrate(), RefusedError)).message).toContain(message);
    expect(await endState(database.connectionString)).toEqual(before);
  });

  test('every fixture of this kind is in the table above', () => {
    expect(names('refused').toSorted()).toEqual(refused.map(([name]) => name).toSorted());
  });
});
