import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError } from '../../../src/migrator.js';
import { serverRole } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { failing } from './failing.js';

const db = useEmptyDatabase('transactional');
afterEach(() => expectNoLeftovers(db));

describe('a migration that fails', () => {
  const files = {
    '001_a.sql': 'CREATE TABLE a (id int PRIMARY KEY);',
    '002_b.sql': 'INSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);\n',
    '003_c.sql': 'CREATE TABLE c (id int);',
    '004_d.sql': 'CREATE TABLE d (id int);',
  };

  test('stops the run: what comes before is applied, it leaves nothing, what comes after is untouched', async () => {
    await failing(db, files);
    expect(await relations(db)).toEqual(['a', 'a_pkey']);
    expect((await db.query('SELECT FROM a')).rowCount).toBe(0);
    expect(await outcomes(db)).toEqual({
      '001_a.sql': 'applied',
      '002_b.sql': 'duplicate key value violates unique constraint "a_pkey" (SQLSTATE 23505)',
    });
  });

  test('says where, what, and what stands applied and pending', async () => {
    const error = await failing(db, files);
    expect(error.message.split('\n')).toEqual([
      'Migration failed at 002_b.sql:2:1: duplicate key value violates unique constraint "a_pkey" (SQLSTATE 23505)',
      '    INSERT INTO a VALUES (1);',
      '    ^',
      '  detail: Key (id)=(1) already exists.',
      '  002_b.sql was rolled back as a whole; it is recorded as failed and will be tried again.',
      '  applied in this run before it: 001_a.sql',
      '  failed: 002_b.sql; still pending: 003_c.sql, 004_d.sql',
      '[MIGRATION_FAILED]',
    ]);
    expect(error).toMatchObject({
      code: 'MIGRATION_FAILED',
      file: '002_b.sql',
      failure: {
        server: { sqlstate: '23505', detail: 'Key (id)=(1) already exists.' },
        location: { line: 2, column: 1 },
        aftermath: { kind: 'rolled-back' },
        applied: ['001_a.sql'],
        pending: ['003_c.sql', '004_d.sql'],
      },
      cause: { code: '23505' },
    });
  });

  test('is reported in events, in order', async () => {
    const { migrator, events } = await migratorOn(db, files);
    await failureOf(migrator.migrate(), MigrationFailedError);
    expect(events.map((event) => [event.type, 'file' in event ? event.file : undefined])).toEqual([
      ['run-started', undefined],
      ['lock-acquired', undefined],
      ['run-planned', undefined],
      ['migration-started', '001_a.sql'],
      ['migration-applied', '001_a.sql'],
      ['migration-started', '002_b.sql'],
      ['migration-failed', '002_b.sql'],
      ['run-failed', undefined],
    ]);
    expect(events.at(-1)).toMatchObject({ code: 'MIGRATION_FAILED', applied: ['001_a.sql'] });
    expect(new Set(events.map((event) => ('runId' in event ? event.runId : undefined))).size).toBe(1);
  });

  test('has a whole row of its own: when, how long, who, which run, what text', async () => {
    const { migrator, events } = await migratorOn(db, { '1.sql': 'SELECT pg_sleep(0.1); SELECT 1/0' });
    await failureOf(migrator.migrate(), MigrationFailedError);
    const [row] = await historyOf(db);
    expect(row).toMatchObject({
      error_message: 'division by zero (SQLSTATE 22012)',
      running: false,
      origin: 'migrate',
      run_id: events.flatMap((event) => (event.type === 'run-started' ? [event.runId] : []))[0],
      executed_by: serverRole(),
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      canonical_checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      steps_done: null,
    });
    expect(row?.execution_time_ms).toBeGreaterThanOrEqual(50);
    expect(row?.started_at?.getTime()).toBeLessThan(row?.executed_at.getTime() ?? 0);
  });

  test('is tried again, and its row becomes that of the success', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE made (id int); INSERT INTO needed VALUES (1)',
      '2.sql': 'SELECT 2',
    });
    await failureOf(migrator.migrate(), MigrationFailedError);
    await failureOf(migrator.migrate(), MigrationFailedError);
    await db.query('CREATE TABLE needed (id int)');
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied' });
    expect(await relations(db)).toEqual(['made', 'needed']);
  });
});

describe('a file that is applied although it is unusual', () => {
  test.each<[string, string]>([
    ['ends in a comment without a line end', 'CREATE TABLE made (); -- end'],
    ['ends without a semicolon', 'CREATE TABLE made ()'],
    ['begins with a byte order mark', '\uFEFFCREATE TABLE made ();'],
    ['has CRLF line ends', 'CREATE TABLE made\r\n(\r\n);\r\n'],
    ['brings its own BEGIN … COMMIT', 'BEGIN;\nCREATE TABLE made ();\nCOMMIT;'],
    [
      'brings its own START TRANSACTION … END',
      'START TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nCREATE TABLE made ();\nEND;',
    ],
    ['begins with SET TRANSACTION', 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\nCREATE TABLE made ();'],
    [
      'sets its transaction inside its own BEGIN',
      'BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; CREATE TABLE made (); COMMIT',
    ],
    ['must be in a transaction', 'CREATE TABLE made (); LOCK TABLE made'],
    ['has a savepoint', 'SAVEPOINT s; CREATE TABLE made (); RELEASE s'],
    ['copies to the client', 'CREATE TABLE made (); COPY (SELECT 1) TO STDOUT;'],
    [
      'uses jsonb operators',
      `CREATE TABLE made (); SELECT '{"a":1}'::jsonb ? 'a', '{}'::jsonb ?| array['b'], U&'\\0041'`,
    ],
    ['holds braces and dollar signs as data', `CREATE TABLE made (); SELECT '{{x}} $1 \${y}', $$ ; $$`],
    [
      'turns standard_conforming_strings off at its end',
      `CREATE TABLE made (); SET standard_conforming_strings = off;`,
    ],
    ['silences the server', `SET client_min_messages = error; CREATE TABLE made ();`],
    [
      'registers itself by hand',
      `CREATE TABLE made (); INSERT INTO shared.schema_migrations (migration_file) VALUES ('2.sql') ON CONFLICT DO NOTHING;`,
    ],
    [
      'creates the history table if it does not exist',
      'CREATE SCHEMA IF NOT EXISTS shared; CREATE TABLE IF NOT EXISTS shared.schema_migrations (migration_file text); CREATE TABLE made ()',
    ],
  ])('it %s', async (_sentence, sql) => {
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1', '2.sql': sql, '3.sql': `SELECT 'a\\'` });
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql']);
    expect(await relations(db)).toEqual(['made']);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied', '3.sql': 'applied' });
  });

  test.each(['', ' \n\t', '-- nothing here', '/* nothing */;;', ';'])('it is %j', async (sql) => {
    const { migrator } = await migratorOn(db, { '1.sql': sql, '2.sql': 'CREATE TABLE made ()', '3.sql': sql });
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql']);
    expect(await relations(db)).toEqual(['made']);
  });

  test('it has 20 MB', async () => {
    const rows = Array.from({ length: 2_000 }, () => `('${'x'.repeat(10_000)}')`).join(',\n');
    const { migrator } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE made (t text)',
      '2.sql': `INSERT INTO made VALUES\n${rows};`,
      '3.sql': 'SELECT 3',
    });
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql']);
    expect((await db.query('SELECT count(*)::int AS n FROM made')).rows).toEqual([{ n: 2_000 }]);
  });
});

describe('a file that ends its own transaction', () => {
  test.each(['COMMIT', 'ROLLBACK', 'COMMIT; BEGIN', 'COMMIT; COMMIT', 'COMMIT; BEGIN; SELECT 2'])(
    'with a %s that nobody could see is never recorded nor reported as applied',
    async (end) => {
      const files = {
        '1.sql': 'SELECT 1',
        // Under the old rules for strings, which this database still has, the string ends at the second quote.
        '2.sql': `CREATE TABLE before_end (); SELECT '\\'' ; ${end}; CREATE TABLE after_end (); --'`,
        '3.sql': 'CREATE TABLE never ()',
      };
      const url = `${db.connectionString}?options=${encodeURIComponent('-c standard_conforming_strings=off')}`;
      const { migrator, events } = await migratorOn(db, files, { connectionString: url });
      const error = await failureOf(migrator.migrate(), MigrationFailedError);
      expect(error.file).toBe('2.sql');
      expect(error.message).toContain("the file ended the migration's transaction");
      expect(error.message).not.toContain('was rolled back');
      expect(error.failure).toMatchObject({ applied: ['1.sql'], pending: ['3.sql'] });
      expect(events.filter(({ type }) => type === 'migration-applied')).toHaveLength(1);
      expect(await outcomes(db)).toEqual({
        '1.sql': 'applied',
        '2.sql': expect.stringContaining("the file ended the migration's transaction"),
      });
      expect(await relations(db)).not.toContain('never');
    },
  );

  test('with a COMMIT that can be seen is not transactional, and is recorded', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'CREATE TABLE a (); COMMIT; CREATE TABLE b ();' });
    await migrator.migrate();
    expect(await relations(db)).toEqual(['a', 'b']);
    expect(await historyOf(db)).toMatchObject([{ error_message: null, steps_done: 3, steps_total: 3 }]);
  });

  test('in a procedure fails in the transaction that the file asks for, with advice', async () => {
    const error = await failing(db, {
      '1.sql': 'BEGIN; CREATE TABLE a (); DO $$ BEGIN CREATE TABLE b (); COMMIT; END $$; COMMIT;',
    });
    expect(error.message).toContain('SQLSTATE 2D000');
    expect(error.message).toContain('remove BEGIN and COMMIT and start again');
    expect(await relations(db)).toEqual([]);
  });

  test('in a procedure, and says that it must not run in one, is applied', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': '-- no-transaction\nCREATE TABLE a (); DO $$ BEGIN CREATE TABLE b (); COMMIT; END $$;',
    });
    await migrator.migrate();
    expect(await relations(db)).toEqual(['a', 'b']);
  });

  test.each(['BEGIN', 'begin isolation level serializable', 'START TRANSACTION'])(
    'with a %s around more than 1 MB, too much for the parser, is applied as a whole',
    async (begin) => {
      const { migrator } = await migratorOn(db, {
        '1.sql': `${begin};\nCREATE TABLE a ();\n-- ${'x'.repeat(1_100_000)}\nCOMMIT;`,
        '2.sql': 'CREATE TABLE b ()',
      });
      await migrator.migrate();
      expect(await relations(db)).toEqual(['a', 'b']);
      expect(await historyOf(db)).toMatchObject([{ steps_total: null }, { steps_total: null }]);
    },
  );
});
