import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/empty-database.js';
import { failureOf } from '../support/failure-of.js';
import { historyOf } from '../support/history-of.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { type Files, migratorOn } from '../support/migrator-on.js';
import { serverMajor, testSince } from '../support/since-version.js';

const db = useEmptyDatabase('late_knowledge');
afterEach(async () => {
  await db.query(`ALTER DATABASE ${JSON.stringify(db.name)} RESET ALL`);
  await expectNoLeftovers(db);
});

const PARTITIONED = `CREATE TABLE readings (id int) PARTITION BY RANGE (id);
CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM (0) TO (10);
CREATE INDEX readings_id ON readings (id);`;

const reindexed = (sql: string): Files => ({
  '1.sql': PARTITIONED,
  '2.sql': `CREATE TABLE before ();\n${sql};\nCREATE TABLE after ();`,
  '3.sql': 'CREATE TABLE three ()',
});

describe('what only the catalog tells cannot run in a transaction', () => {
  const since14 = testSince(14, 'REINDEX of what is partitioned');

  for (const sql of ['REINDEX TABLE readings', 'REINDEX INDEX readings_id']) {
    since14(`${sql}, which is partitioned, runs in steps, by itself, and what is around it runs as ever`, async () => {
      const { migrator } = await migratorOn(db, reindexed(sql));
      expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql']);
      expect((await historyOf(db)).map((row) => row.steps_done)).toEqual([null, 3, null]);
    });
  }

  since14('a file that failed behind such a step goes on there', async () => {
    const files = reindexed('REINDEX TABLE readings');
    const { migrator } = await migratorOn(db, files);
    await db.query('CREATE TABLE after ()');
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(error.failure.server.sqlstate).toBe('42P07');
    await db.query('DROP TABLE after');
    expect((await migrator.migrate()).applied).toEqual(['2.sql', '3.sql']);
    expect((await historyOf(db)).map((row) => row.steps_done)).toEqual([null, 3, null]);
  });

  since14('a file that asks for the transaction gets it, and the refusal that psql would get', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': PARTITIONED,
      '2.sql': 'BEGIN; CREATE TABLE before (); REINDEX TABLE readings; COMMIT;',
    });
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(error.failure.server.sqlstate).toBe('25001');
    expect((await db.query(`SELECT to_regclass('before') AS there`)).rows).toEqual([{ there: null }]);
  });

  test('a new value of an enum that the file makes itself is used at once, or in steps before PostgreSQL 17', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE one ()',
      '2.sql': `CREATE TYPE mood AS ENUM ('sad');\nALTER TYPE mood ADD VALUE 'happy';\nCREATE TABLE t (m mood DEFAULT 'happy');`,
      '3.sql': 'INSERT INTO t DEFAULT VALUES',
    });
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql']);
    expect((await historyOf(db)).map((row) => row.steps_done)).toEqual([null, serverMajor() < 17 ? 3 : null, null]);
    expect((await db.query('SELECT m FROM t')).rows).toEqual([{ m: 'happy' }]);
  });

  test('REINDEX of a plain table stays in its transaction', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE plain (id int PRIMARY KEY); REINDEX TABLE plain',
    });
    await migrator.migrate();
    expect((await historyOf(db)).map((row) => row.steps_done)).toEqual([null]);
  });
});

describe('defaults of new sessions', () => {
  const SHOW = `CREATE TABLE IF NOT EXISTS public.shown (file text, path text); INSERT INTO public.shown VALUES ('%s', current_setting('search_path'));`;
  const show = (file: string): string => SHOW.replace('%s', file);
  const setDefault = `DO $$ BEGIN EXECUTE format('CREATE SCHEMA app'); END $$;`;

  test.each([true, false])('that a file sets hold for the files behind it (tracking: %s)', async (tracking) => {
    const { migrator, events } = await migratorOn(
      db,
      {
        '1.sql': show('1'),
        '2.sql': `${setDefault} ALTER DATABASE ${JSON.stringify(db.name)} SET search_path = app, public; ${show('2')}`,
        '3.sql': show('3'),
        '4.sql': `CREATE TABLE in_app (); ${show('4')}`,
      },
      { tracking },
    );
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql', '4.sql']);
    const started = events.flatMap((event) => (event.type === 'migration-started' ? [[event.number, event.of]] : []));
    expect(started).toEqual([1, 2, 3, 4].map((n) => [n, 4]));
    expect((await db.query('SELECT file, path FROM public.shown ORDER BY file')).rows).toEqual([
      { file: '1', path: '"$user", public' },
      { file: '2', path: '"$user", public' },
      { file: '3', path: 'app, public' },
      { file: '4', path: 'app, public' },
    ]);
    expect((await db.query(`SELECT to_regclass('app.in_app') IS NOT NULL AS there`)).rows).toEqual([{ there: true }]);
  });
});

test('a failure behind a change of the defaults names all that the run applied', async () => {
  const { migrator } = await migratorOn(db, {
    '1.sql': 'SELECT 1',
    '2.sql': `ALTER DATABASE ${JSON.stringify(db.name)} SET work_mem = '5MB'`,
    '3.sql': 'SELECT nothing',
  });
  const error = await failureOf(migrator.migrate(), MigrationFailedError);
  expect(error.failure).toMatchObject({ applied: ['1.sql', '2.sql'], pending: ['3.sql'] });
});
