import { afterEach, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RefusedError } from '../../src/migrator.js';
import { createTestDatabase, type TestDatabase } from '../support/database/database.js';
import { endState } from '../support/database/end-state.js';
import { failureOf } from '../support/jest/failure-of.js';
import { historyOf } from '../support/migrator/history-of.js';
import { type Files, migratorOn } from '../support/migrator/migrator-on.js';
import { describeWith } from '../support/jest/needs.js';
import { runInPsql } from '../support/programs/psql.js';
import { testFixtures } from './test-fixture.js';

const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));

/**
 * How a file is run by psql, and how it must be run here: in one transaction, in one that it brings itself, or step by
 * step.
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
const WAITS_AS_PSQL = { timeouts: { tableLock: 0 } };

/** Runs the files here and in psql, and compares what they end in. */
async function expectAsInPsql(files: Files, mode: (file: string) => Mode, setup = ''): Promise<void> {
  const [ours, other] = await twoDatabases();
  if (setup) await Promise.all([ours.query(setup), other.query(setup)]);
  const { migrator, directory } = await migratorOn(ours, files, WAITS_AS_PSQL);
  const { applied } = await migrator.migrate();
  expect(applied.toSorted()).toEqual(Object.keys(files).toSorted());
  for (const file of applied)
    await runInPsql(other.connectionString, join(directory, file), { oneTransaction: mode(file) === 'tx' });

  expect(await endState(ours.connectionString)).toEqual(await endState(other.connectionString));
  const rows = await historyOf(ours);
  expect(rows.map((row) => [row.migration_file, row.error_message, row.running, row.steps_done])).toEqual(
    rows.map((row) => [row.migration_file, null, false, row.steps_total]),
  );
  const nonTransactional = rows.filter((row) => row.steps_total !== null).map((row) => row.migration_file);
  expect(nonTransactional).toEqual(rows.map((row) => row.migration_file).filter((file) => mode(file) === 'steps'));
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
  ['a file that runs in one transaction ends as with psql -1', 'transactional', 'tx'],
  ['a file that runs in the transaction that it brings ends as with psql', 'own-transaction', 'own'],
  ['a file that runs step by step ends as with psql', 'non-transactional', 'steps'],
])('%s:', (_sentence, group, mode) => {
  testFixtures(group, names(group), (name) => expectAsInPsql(filesOf(join(FIXTURES, group, name)), () => mode));
});

withPsql('a history of several files ends as when psql runs one after the other:', () => {
  test.each(names('histories'))('%s', (name) => expectAsInPsql(filesOf(join(FIXTURES, 'histories', name)), modeOf));
});

withPsql('what only the server can know is refused late, and then runs as in psql by itself:', () => {
  test.each(names('late'))('%s', (name) =>
    expectAsInPsql(filesOf(join(FIXTURES, 'late', name)), () => 'steps', `CREATE TYPE mood AS ENUM ('sad')`),
  );
});

describe('what no driver can run is refused before anything runs, with its place and what to do:', () => {
  const refused: [name: string, message: string][] = [
    [
      'set.sql',
      'set.sql:2:1 uses the psql meta-command \\set, which only psql understands. Remove it, or write what it does as SQL. [META_COMMAND]',
    ],
    ['gexec.sql', 'gexec.sql:2:1 uses the psql meta-command \\gexec, '],
    ['include.sql', 'include.sql:1:20 uses the psql meta-command \\i, '],
    [
      'copy-without-an-end.sql',
      'copy-without-an-end.sql:2:1 copies from stdin, but no line "\\." ends its rows. Put the rows on the lines after the statement, and a line "\\." after the last row. [COPY_WITHOUT_END]',
    ],
    [
      'open-transaction.sql',
      'open-transaction.sql:2:1 begins a transaction that it never ends. Add the COMMIT. [OPEN_TRANSACTION]',
    ],
    [
      'read-only.sql',
      'read-only.sql:1:1 makes its transaction READ ONLY, so its record could not be written. Remove READ ONLY. [READ_ONLY_TRANSACTION]',
    ],
    ['read-only-by-setting.sql', 'read-only-by-setting.sql:2:1 makes its transaction READ ONLY'],
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
