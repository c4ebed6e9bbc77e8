import { afterEach, describe, expect, test } from '@jest/globals';
import { type InTransaction, MigrationFailedError, type MigratorOptions } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { historyOf } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { type Files, migratorOn } from '../support/migrator/migrator-on.js';
import { serverMajor, testSince } from '../support/server/since-version.js';

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

describe('what only the catalog shows cannot run in a transaction', () => {
  const since14 = testSince(14, 'REINDEX of what is partitioned');

  for (const sql of ['REINDEX TABLE readings', 'REINDEX INDEX readings_id']) {
    since14(
      `${sql}, which is partitioned, makes its file non-transactional, and the files around it run as ever`,
      async () => {
        const { migrator } = await migratorOn(db, reindexed(sql));
        expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql']);
        expect((await historyOf(db)).map((row) => row.steps_done)).toEqual([null, 3, null]);
      },
    );
  }

  since14('a file that failed after such a step continues there', async () => {
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

  test('a new value of an enum that the file makes itself is used at once, or statement by statement before PostgreSQL 17', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE one ()',
      '2.sql': `CREATE TYPE mood AS ENUM ('sad');\nALTER TYPE mood ADD VALUE 'happy';\nCREATE TABLE t (m mood DEFAULT 'happy');`,
      '3.sql': 'INSERT INTO t DEFAULT VALUES',
    });
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql']);
    expect((await historyOf(db)).map((row) => row.steps_done)).toEqual([null, serverMajor() < 17 ? 3 : null, null]);
    expect((await db.query('SELECT m FROM t')).rows).toEqual([{ m: 'happy' }]);
  });

  test.each<[sentence: string, sqlstate: string, sql: string, steps: number]>([
    ['a block that commits', '2D000', 'DO $$ BEGIN INSERT INTO t VALUES (2); COMMIT; END $$', 3],
    ['a procedure that commits', '2D000', 'CALL committing()', 3],
    ['a new enum value that dynamic SQL uses', '55P04', `ALTER TYPE mood ADD VALUE 'new';\nDO $$ BEGIN EXECUTE 'SELECT ''new''::mood'; END $$`, 4],
  ])('%s sends its file out of the transaction, with a warning, and what is around it runs as ever', async (_, sqlstate, sql, steps) => {
    const setup = `CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (id int);
      CREATE PROCEDURE committing() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (2); COMMIT; END $$;`;
    const files = { '1.sql': setup, '2.sql': `INSERT INTO t VALUES (1);\n${sql};\nINSERT INTO t VALUES (3);`, '3.sql': 'INSERT INTO t VALUES (4)' };
    const { migrator, warnings } = await migratorOn(db, files);
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql']);
    expect((await historyOf(db)).map((row) => row.steps_done)).toEqual([null, steps, null]);
    const inserted = sqlstate === '2D000' ? [1, 2, 3, 4] : [1, 3, 4];
    expect((await db.query('SELECT id FROM t ORDER BY id')).rows).toEqual(inserted.map((id) => ({ id })));
    expect(warnings()).toEqual([
      `2.sql was rolled back because the server refused to run it in a transaction (SQLSTATE ${sqlstate}); it now runs statement by statement. To skip the failed attempt on other databases, put the line "-- no-transaction" at the top of the file. [RUN_AS_STEPS]`,
    ]);
  }); // prettier-ignore

  test.each<[sentence: string, sqlstate: string, sql: string]>([
    ['a function that tries to commit', '2D000', 'SELECT committing()'],
    ['a block that runs VACUUM', '25001', `DO $$ BEGIN EXECUTE 'VACUUM'; END $$`],
    ['SET TRANSACTION behind a query', '25001', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE'],
  ])('%s fails as ever, and leaves nothing of its file', async (_, sqlstate, sql) => {
    const setup = 'CREATE FUNCTION committing() RETURNS void LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;';
    const { migrator } = await migratorOn(db, {
      '1.sql': setup,
      '2.sql': `CREATE TABLE before ();\nSELECT 1;\n${sql}`,
    });
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(error.failure.server.sqlstate).toBe(sqlstate);
    expect((await db.query(`SELECT to_regclass('before') AS there`)).rows).toEqual([{ there: null }]);
  });

  test('REINDEX of a plain table stays in its transaction', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE plain (id int PRIMARY KEY); REINDEX TABLE plain',
    });
    await migrator.migrate();
    expect((await historyOf(db)).map((row) => row.steps_done)).toEqual([null]);
  });
});

describe('a statement that fails because it runs in a transaction', () => {
  const setup = `${PARTITIONED}
    CREATE PROCEDURE committing() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
    CREATE FUNCTION trying() RETURNS void LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
    CREATE PROCEDURE cleaning() LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'VACUUM'; END $$;`;
  const large = `-- ${'x'.repeat(1_100_000)}`;

  test.each<[sentence: string, why: InTransaction | undefined, sql: string, options: MigratorOptions]>([
    ['VACUUM in its own transaction', 'own-transaction', 'BEGIN; VACUUM readings; COMMIT;', {}],
    ['CALL in its own transaction', 'own-transaction', 'BEGIN; CALL committing(); COMMIT;', {}],
    ['CALL with transaction: "all"', 'all', 'CALL committing()', { transaction: 'all' }],
    ['CALL without the lock', 'session', 'CALL committing()', { lock: 'off' }],
    ['VACUUM in a file that is not parsed', 'undeclared', `VACUUM readings;${large}`, {}],
    ['a block that commits in such a file', 'undeclared', `DO $$ BEGIN COMMIT; END $$;${large}`, {}],
    ['such a file without the lock', 'session', `VACUUM readings;${large}`, { lock: 'off' }],
    ['a block that runs VACUUM in such a file', 'nested', `DO $$ BEGIN EXECUTE 'VACUUM'; END $$;${large}`, {}],
    ['a block that runs VACUUM', 'nested', `DO $$ BEGIN EXECUTE 'VACUUM'; END $$`, { showRowData: false }],
    ['such a block in its own transaction', 'nested', `BEGIN; DO $$ BEGIN EXECUTE 'VACUUM'; END $$; COMMIT;`, {}],
    ['a procedure that runs VACUUM', 'nested', 'CALL cleaning()', {}],
    ['a function that commits', 'nested', 'SELECT trying()', {}],
    ['SET TRANSACTION behind a query', undefined, 'SELECT 1; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', {}],
  ])('says why it did: %s', async (_, why, sql, options) => {
    await (await migratorOn(db, { '1.sql': setup })).migrator.migrate();
    const { migrator } = await migratorOn(db, { '1.sql': setup, '2.sql': sql }, options);
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(error.failure.inTransaction).toBe(why);
    expect(error.message.includes('put the line "-- no-transaction"')).toBe(why === 'undeclared');
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
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type === 'run-started' || type === 'run-finished')).toEqual([
      'run-started',
      'run-finished',
    ]);
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
  expect(error.failure).toMatchObject({ file: '3.sql', applied: ['1.sql', '2.sql'], pending: [] });
});
