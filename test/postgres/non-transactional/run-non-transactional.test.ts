import { afterEach, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError, RefusedError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('non_transactional');
afterEach(() => expectNoLeftovers(db));

const SEED = 'CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1), (2);';

describe('a file that cannot run in a transaction', () => {
  test.each<[sentence: string, sql: string, steps: number, left: string[]]>([
    ['one concurrent index', 'CREATE INDEX CONCURRENTLY i ON t (id);', 1, ['i', 't']],
    ['one concurrent index between comments', '-- before\n/* a */ CREATE INDEX CONCURRENTLY i ON t (id) -- after', 1, ['i', 't']],
    ['a concurrent index between other statements', 'CREATE TABLE a ();\nCREATE INDEX CONCURRENTLY i ON t (id);\nCREATE TABLE b ();', 3, ['a', 'b', 'i', 't']],
    ['several concurrent indexes', 'CREATE INDEX CONCURRENTLY i ON t (id); CREATE INDEX CONCURRENTLY j ON t (id); DROP INDEX CONCURRENTLY i;', 3, ['j', 't']],
    ['VACUUM', 'VACUUM t; ANALYZE t;', 2, ['t']],
    ['a reindex', 'CREATE INDEX i ON t (id); REINDEX INDEX CONCURRENTLY i;', 2, ['i', 't']],
    ['an enum value that it uses', `CREATE TYPE e AS ENUM ('x'); CREATE TABLE a (e e); ALTER TYPE e ADD VALUE 'y';`, 0, ['a', 't']],
    ['two transactions of its own', 'BEGIN; CREATE TABLE a (); COMMIT; BEGIN; CREATE TABLE b (); CREATE TABLE c (); COMMIT;', 2, ['a', 'b', 'c', 't']],
    ['a transaction that it rolls back', 'CREATE TABLE a (); BEGIN; CREATE TABLE b (); ROLLBACK;', 2, ['a', 't']],
    ['a directive', '-- no-transaction\nCREATE TABLE a (); CREATE TABLE b ();', 2, ['a', 'b', 't']],
  ])('is applied: %s', async (_sentence, sql, steps, left) => {
    const { migrator } = await migratorOn(db, { '1.sql': SEED, '2.sql': sql, '3.sql': 'SELECT 3' });
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql']);
    expect(await relations(db)).toEqual(left);
    const row = (await historyOf(db))[1];
    const progress = steps > 0 ? { steps_done: steps, steps_total: steps } : { steps_done: null, steps_total: null };
    expect(row).toMatchObject({ error_message: null, running: false, origin: 'migrate', ...progress });
    expect(row?.execution_time_ms).not.toBeNull();
  }); // prettier-ignore

  test('is applied when it adds an enum value to a type of an earlier file and uses it', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': `CREATE TYPE e AS ENUM ('x'); CREATE TABLE t (e e)`,
      '2.sql': `ALTER TYPE e ADD VALUE 'y'; INSERT INTO t VALUES ('y');`,
    });
    await migrator.migrate();
    expect((await db.query('SELECT e::text FROM t')).rows).toEqual([{ e: 'y' }]);
  });

  test('is reported in events like any other', async () => {
    const { migrator, events } = await migratorOn(db, { '1.sql': SEED, '2.sql': 'VACUUM t', '3.sql': 'SELECT 3' });
    await migrator.migrate();
    const reported = events.flatMap((event) =>
      event.type === 'migration-started' || event.type === 'migration-applied' ? [`${event.type} ${event.file}`] : [],
    );
    expect(reported).toEqual(
      ['1.sql', '2.sql', '3.sql'].flatMap((file) => [`migration-started ${file}`, `migration-applied ${file}`]),
    );
  });
});

describe('a step that fails', () => {
  const FAILING =
    'CREATE TABLE a ();\nCREATE TABLE b ();\n  CREATE UNIQUE INDEX CONCURRENTLY u ON t (id);\nCREATE TABLE c ();';

  test('is recorded with the number of steps that are done, which stay done', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': SEED, '2.sql': FAILING, '3.sql': 'CREATE TABLE never ()' });
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(error.failure).toMatchObject({
      location: { line: 3, column: 3 },
      aftermath: { kind: 'partial', stepsDone: 2, stepsTotal: 4 },
      applied: ['1.sql'],
      pending: ['3.sql'],
    });
    expect(error.message).toContain('2.sql:3:3: could not create unique index "u" (SQLSTATE 23505)');
    expect(error.message).toContain('the first 2 steps of 4 committed and will not be repeated');
    expect((await historyOf(db))[1]).toMatchObject({
      error_message: 'could not create unique index "u" (SQLSTATE 23505)',
      running: false,
      steps_done: 2,
      steps_total: 4,
    });
    expect(await relations(db)).toEqual(expect.arrayContaining(['a', 'b', 't']));
    expect(await relations(db)).not.toContain('c');
  });

  test('is where the next run continues', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': SEED, '2.sql': FAILING, '3.sql': 'CREATE TABLE d ()' });
    await failureOf(migrator.migrate(), MigrationFailedError);
    await failureOf(migrator.migrate(), MigrationFailedError);
    expect((await historyOf(db))[1]).toMatchObject({ steps_done: 2, steps_total: 4 });
    await db.query('TRUNCATE t');
    expect((await migrator.migrate()).applied).toEqual(['2.sql', '3.sql']);
    expect(await relations(db)).toEqual(['a', 'b', 'c', 'd', 't', 'u']);
    const { rows } = await db.query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'u'::regclass`);
    expect(rows).toEqual([{ indisvalid: true }]);
  });

  test('may be corrected: what was not done yet may change', async () => {
    const { migrator, directory } = await migratorOn(db, { '1.sql': SEED, '2.sql': FAILING });
    await failureOf(migrator.migrate(), MigrationFailedError);
    await writeFile(join(directory, '2.sql'), `-- corrected\n${FAILING.replace('UNIQUE ', '')} CREATE TABLE d ();`);
    await migrator.migrate();
    expect(await relations(db)).toEqual(['a', 'b', 'c', 'd', 't', 'u']);
    expect((await historyOf(db))[1]).toMatchObject({ error_message: null, steps_done: 5, steps_total: 5 });
  });

  test.each<[string, (sql: string) => string]>([
    ['a done statement is another', (sql) => sql.replace('TABLE b', 'TABLE bb')],
    ['a done statement is gone', (sql) => sql.replace('CREATE TABLE b ();', '')],
    ['a statement was put before them', (sql) => `CREATE TABLE first ();${sql}`],
    ['the file runs in a transaction now', () => 'CREATE TABLE c ();'],
  ])('is refused when the finished part was changed: %s', async (_sentence, change) => {
    const { migrator, directory } = await migratorOn(db, { '1.sql': SEED, '2.sql': FAILING });
    await failureOf(migrator.migrate(), MigrationFailedError);
    const before = [await historyOf(db), await relations(db)];
    await writeFile(join(directory, '2.sql'), change(FAILING));
    const error = await failureOf(migrator.migrate(), RefusedError);
    expect(error.refusals).toMatchObject([
      { code: 'FINISHED_STEPS_CHANGED', subject: '2.sql', steps: { done: 2, total: 4 } },
    ]);
    expect(error.message).toContain('2.sql stopped after 2 of 4 steps, and that part of the file has changed since');
    expect([await historyOf(db), await relations(db)]).toEqual(before);
  });

  test.each<[sentence: string, sql: string, place: string, done: number]>([
    ['by the server', 'VACUUM t;\nSELECT nope FROM t;', '2:8', 1],
    ['by the server behind emoji', `VACUUM t; /* 😀 */\r\nSELECT '😀', nope FROM t;`, '2:13', 1],
    ['by counting', 'VACUUM t;\nCREATE TABLE t ();', '2:1', 1],
    ['by the server in a transaction of its own', 'VACUUM t;\nBEGIN;\nSELECT 1;\nSELECT nope;\nCOMMIT;', '4:8', 1],
    [
      'by counting, the first in a transaction of its own',
      'VACUUM t;\nBEGIN;\nCREATE TABLE t ();\nSELECT 1;\nCOMMIT;',
      '3:1',
      1,
    ],
    [
      'by counting, the second in a transaction of its own',
      'VACUUM t;\nBEGIN;\nSELECT 1;\nCREATE TABLE t ();\nSELECT 2;\nCOMMIT;',
      '4:1',
      1,
    ],
    [
      'by counting, the last in a transaction of its own',
      'VACUUM t;\nBEGIN;\nSELECT 1;\nCREATE TABLE t ();\nCOMMIT;',
      '4:1',
      1,
    ],
    [
      'by counting, in a transaction that it rolls back',
      'BEGIN;\nSELECT 1;\nCREATE TABLE t ();\nROLLBACK;\nVACUUM t;',
      '3:1',
      0,
    ],
  ])('is found %s', async (_sentence, sql, place, done) => {
    const { migrator } = await migratorOn(db, { '1.sql': SEED, '2.sql': sql });
    const { message, failure } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(message).toContain(`2.sql:${place}: `);
    expect(failure.aftermath).toMatchObject({ stepsDone: done });
    expect((await historyOf(db))[1]).toMatchObject({ steps_done: done });
  });

  test('leaves no transaction of the file open, and nothing of it', async () => {
    const sql = 'VACUUM t; BEGIN; CREATE TABLE half (); SELECT 1/0; COMMIT;';
    const { migrator } = await migratorOn(db, { '1.sql': SEED, '2.sql': sql });
    await failureOf(migrator.migrate(), MigrationFailedError);
    expect(await relations(db)).toEqual(['t']);
  });

  test('of a transaction of its own whose constraint fails at COMMIT is tried again as a whole', async () => {
    const sql = 'VACUUM t; BEGIN; CREATE TABLE half (); INSERT INTO c VALUES (7); COMMIT;';
    const { migrator } = await migratorOn(db, {
      '1.sql': `${SEED} CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)`,
      '2.sql': sql,
    });
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(error.failure).toMatchObject({ server: { sqlstate: '23503' }, aftermath: { stepsDone: 1, stepsTotal: 2 } });
    expect(await relations(db)).not.toContain('half');
    await db.query('INSERT INTO p VALUES (7)');
    await migrator.migrate();
    expect(await relations(db)).toContain('half');
  });
});

test('a row whose run died is taken up where it stopped', async () => {
  const { migrator } = await migratorOn(db, {
    '1.sql': SEED,
    '2.sql': 'CREATE TABLE a (); VACUUM t; CREATE TABLE b (); SELECT 1/(SELECT count(*) FROM b);',
  });
  await failureOf(migrator.migrate(), MigrationFailedError);
  await db.query(
    `UPDATE shared.schema_migrations SET running = true, error_message = 'running' WHERE migration_file = '2.sql'`,
  );
  expect((await migrator.status()).migrations[1]).toMatchObject({ state: 'running' });
  await db.query('ALTER TABLE b ADD COLUMN x int; INSERT INTO b VALUES (1)');
  expect((await migrator.migrate()).applied).toEqual(['2.sql']);
  expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied' });
});
