import { afterEach, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { describeWith } from '../../../support/jest/needs.js';
import { runInPsql } from '../../../support/programs/psql.js';
import { migrationsDirectory } from '../../../support/files/temp-directory.js';

const db = useEmptyDatabase('plan');
afterEach(() => expectNoLeftovers(db));

test('says what would run, and how, and changes nothing', async () => {
  const { migrator } = await migratorOn(db, {
    '1.sql': 'CREATE TABLE t (id int)',
    '2.sql': 'CREATE INDEX CONCURRENTLY i ON t (id)',
    '3.sql': 'SELECT 3',
  });
  const reason = '"CREATE INDEX CONCURRENTLY" cannot run in a transaction';
  const plan = [
    { file: '1.sql', mode: 'transactional', reason: null },
    { file: '2.sql', mode: 'non-transactional', reason },
    { file: '3.sql', mode: 'transactional', reason: null },
  ];
  expect(await migrator.plan({ locks: false })).toEqual({ migrations: plan, warnings: [], refusals: [] });
  // A table that the run itself creates has no other users.
  const withLocks = plan.map((each) => ({ ...each, locks: [] }));
  expect(await migrator.plan()).toEqual({ migrations: withLocks, warnings: [], refusals: [] });
  expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
});

test('shows the strongest lock on each existing relation, where it is taken, and the size of the table', async () => {
  await db.query('CREATE TABLE big (id int PRIMARY KEY); CREATE TABLE small (id int); CREATE INDEX old ON big (id)');
  await db.query('INSERT INTO big SELECT generate_series(1, 5000)');
  await db.query('ANALYZE big');
  const { migrator } = await migratorOn(db, {
    '1.sql':
      "UPDATE big SET id = -id WHERE id = 1;\nALTER TABLE big\n  ADD COLUMN note text;\nINSERT INTO public.big VALUES (0, '');",
    '2.sql': 'ALTER TABLE public.small ADD FOREIGN KEY (id) REFERENCES big;\nDROP INDEX old;',
    '3.sql': 'CREATE TABLE fresh (id int); ALTER TABLE fresh ADD COLUMN note text;',
  });
  const size = { rows: 5000, bytes: expect.any(Number) };
  expect((await migrator.plan()).migrations.map(({ locks }) => locks)).toEqual([
    [{ relation: 'public.big', mode: 'ACCESS EXCLUSIVE', line: 2, size }],
    [
      { relation: 'public.small', mode: 'SHARE ROW EXCLUSIVE', line: 1, size: undefined },
      { relation: 'public.big', mode: 'SHARE ROW EXCLUSIVE', line: 1, size },
      { relation: 'public.old', mode: 'ACCESS EXCLUSIVE', line: 2, size },
    ],
    [],
  ]);
});

test('shows no locks of finished steps, and says if a file cannot be parsed', async () => {
  await db.query('CREATE TABLE t (id int); CREATE TABLE u (id int)');
  const steps = 'ALTER TABLE t ADD COLUMN a int;\nCREATE INDEX CONCURRENTLY ON u (id);\n';
  const { migrator, directory } = await migratorOn(db, { '1.sql': `${steps}SELECT 1/0;` });
  await migrator.migrate().catch(() => {});
  await writeFile(join(directory, '1.sql'), `${steps}ALTER TABLE u ADD COLUMN b int;`);
  await writeFile(join(directory, '2.sql'), 'ALTER TABLE t ADD COLUMN;');
  const [first, second] = (await migrator.plan()).migrations;
  expect(first?.locks).toMatchObject([{ relation: 'public.u', mode: 'ACCESS EXCLUSIVE', line: 3 }]);
  expect(second?.locks).toBeNull();
});

describeWith('psql')('the script of a plan', () => {
  test('has the same effect in psql as the run', async () => {
    const files = {
      '1.sql': 'CREATE TABLE {{name}} (id int, note text)',
      '2.sql':
        "BEGIN ISOLATION LEVEL SERIALIZABLE;\nINSERT INTO chosen VALUES (1, current_setting('transaction_isolation'));\nCOMMIT; -- done",
      '3.sql': 'COPY chosen FROM stdin;\n2\ttwo\n3\t-- three\n\\.\n',
      '4.sql': '-- lock-timeout: 7s\nINSERT INTO chosen SELECT 4, current_setting($$lock_timeout$$) -- no semicolon',
      '5.sql': 'CREATE INDEX CONCURRENTLY chosen_id ON chosen (id);\nINSERT INTO chosen VALUES (5, current_schema)',
    };
    const options = { placeholders: { name: 'chosen' }, searchPath: ['own'] };
    const { migrator } = await migratorOn(db, files, options);
    const script = (await migrator.plan({ sql: true })).migrations.map(({ sql }) => sql).join('');
    const rows = async (): Promise<unknown> => (await db.query('SELECT * FROM own.chosen ORDER BY id')).rows;
    await db.query('CREATE SCHEMA own');
    await migrator.migrate();
    const byTheRun = await rows();
    await db.query('DROP SCHEMA own CASCADE; CREATE SCHEMA own');
    await runInPsql(db.connectionString, join(await migrationsDirectory({ 'all.sql': script }), 'all.sql'));
    expect(await rows()).toEqual(byTheRun);
    expect(byTheRun).toMatchObject([
      { note: 'serializable' },
      { note: 'two' },
      { note: '-- three' },
      { note: '7s' },
      { note: 'own' },
    ]);
  });
});
