import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError } from '../../../src/migrator.js';
import { HistoryScope } from '../../../src/core/target/history-scope.js';
import { parseTableName } from '../../../src/core/target/table.js';
import { TableRecords } from '../../../src/postgres/history/statements.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { warned } from '../../support/migrator/findings-of.js';
import { historyOf, outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('notices');
afterEach(() => expectNoLeftovers(db));

const say = (text: string, level = 'NOTICE'): string => `DO $do$ BEGIN RAISE ${level} '%', ${text}; END $do$;`;

describe('what the server says while a migration runs', () => {
  test('is reported as it is said, and recorded in the row of the migration that it belongs to', async () => {
    const { migrator, events } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE t ();',
      '2.sql': `CREATE TABLE IF NOT EXISTS t (); ${say(`'careful: 😀'`, 'WARNING')}`,
      '3.sql': 'SELECT 3;',
      '4.sql': say(`'four'`, 'INFO'),
    });
    await migrator.migrate();
    const second = [
      {
        severity: 'WARNING',
        sqlstate: '42P07',
        message: 'line 1: did not create table t, which already exists, created by 1.sql',
      },
      { severity: 'NOTICE', sqlstate: '42P07', message: 'relation "t" already exists, skipping' },
      { severity: 'WARNING', sqlstate: '01000', message: 'careful: 😀' },
    ];
    const fourth = [{ severity: 'INFO', sqlstate: '00000', message: 'four' }];
    expect((await historyOf(db)).map(({ notices }) => notices)).toEqual([null, second, null, fourth]);
    expect(
      events.flatMap((event) => (event.type === 'migration-notice' ? [[event.file, event.notice.message]] : [])),
    ).toEqual([
      ['2.sql', 'relation "t" already exists, skipping'],
      ['2.sql', 'careful: 😀'],
      ['4.sql', 'four'],
    ]);
    expect(events.map(({ type }) => type).slice(5, 9)).toEqual([
      'migration-started',
      'migration-notice',
      'migration-notice',
      'migration-applied',
    ]);
  });

  test('is recorded for a migration that fails too, and nothing of the clean-up is', async () => {
    const { migrator, events } = await migratorOn(db, {
      '1.sql': `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)`,
      // It fails at COMMIT, so that the clean-up ROLLBACK finds no transaction and warns.
      '2.sql': `${say(`'before'`)} INSERT INTO c VALUES (1);`,
    });
    await failureOf(migrator.migrate(), MigrationFailedError);
    expect((await historyOf(db))[1]?.notices).toEqual([{ severity: 'NOTICE', sqlstate: '00000', message: 'before' }]);
    expect(events.filter(({ type }) => type === 'migration-notice')).toHaveLength(1);
  });

  test('is recorded for a non-transactional migration, the clean-up left out', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': `CREATE TABLE t (id int); DROP TABLE IF EXISTS nope; VACUUM t; ${say(`'end'`)}`,
      '2.sql': `VACUUM t; ${say(`'before'`)} VACUUM nowhere;`,
    });
    await failureOf(migrator.migrate(), MigrationFailedError);
    const messages = (await historyOf(db)).map(({ notices }) => notices?.map(({ message }) => message));
    expect(messages).toEqual([['table "nope" does not exist, skipping', 'end'], ['before']]);
  });

  test('is not written into the row of another run', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': say(`'one'`), '2.sql': 'SELECT 2' });
    await migrator.migrate();
    await db.query(`UPDATE shared.schema_migrations SET run_id = gen_random_uuid(), notices = NULL`);
    const records = new TableRecords(
      new HistoryScope(parseTableName('shared.schema_migrations')),
      '00000000-0000-0000-0000-000000000000',
      [],
    );
    const notice = { severity: 'NOTICE', sqlstate: '00000', message: 'of another run' };
    for (const statement of records.notices(new Map([['1.sql', [notice]]]))) await db.query(statement);
    expect((await historyOf(db)).map(({ notices }) => notices)).toEqual([null, null]);
  });

  test('that cannot be recorded does not make a run fail that has applied everything', async () => {
    await (await migratorOn(db, { '0.sql': 'SELECT 0' })).migrator.migrate();
    await db.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no notices'; END $$;
      CREATE TRIGGER refuse BEFORE UPDATE ON shared.schema_migrations FOR EACH ROW WHEN (NEW.notices IS NOT NULL) EXECUTE FUNCTION refuse()`);
    const observed = await migratorOn(db, { '0.sql': 'SELECT 0', '1.sql': say(`'one'`), '2.sql': 'SELECT 2' });
    expect((await observed.migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    expect(warned(observed)).toMatchObject([
      { code: 'DETAILS_NOT_RECORDED', detail: expect.stringContaining('no notices') },
    ]);
    expect(await outcomes(db)).toEqual({ '0.sql': 'applied', '1.sql': 'applied', '2.sql': 'applied' });
  });

  test('is recorded for a file that travels alone', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': `${say(`'large'`)} -- ${'x'.repeat(1_100_000)}`,
      '2.sql': say(`'small'`),
    });
    await migrator.migrate();
    expect((await historyOf(db)).map(({ notices }) => notices?.[0]?.message)).toEqual(['large', 'small']);
  });

  test('is capped: a hundred messages of a thousand characters, whatever is said', async () => {
    const { migrator, events } = await migratorOn(db, {
      '1.sql': `DO $$ BEGIN FOR i IN 1..250 LOOP RAISE NOTICE '%', i || repeat('x', 5000); END LOOP; END $$`,
    });
    await migrator.migrate();
    const notices = (await historyOf(db))[0]?.notices ?? [];
    expect(notices).toHaveLength(100);
    expect(notices[99]?.message).toMatch(/^100x{997}…$/);
    expect(events.filter(({ type }) => type === 'migration-notice').length).toBeGreaterThanOrEqual(100);
  });

  test.each<[sentence: string, text: string]>([
    ['quotes and backslashes', String.raw`E'it''s "so" \\ \n $body$ $1 \x27'`],
    ['a character of two units at the place of the cut', `repeat('x', 999) || '😀😀'`],
    ['every control character', `(SELECT string_agg(chr(n), '') FROM generate_series(1, 31) n)`],
    ['separators and a byte order mark', `U&'\\2028\\2029\\FEFF\\FFFD'`],
    ['what looks like our own text', `'00000000-0000-0000-0000-000000000000 12 1.sql'`],
    ['nothing', `''`],
  ])('may hold %s', async (_sentence, text) => {
    const { migrator } = await migratorOn(db, { '1.sql': say(text), '2.sql': 'SELECT 2' });
    await migrator.migrate();
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied' });
    const said = (await db.query<{ text: string }>(`SELECT left(${text}, 999) AS text`)).rows[0]?.text ?? '';
    expect((await historyOf(db))[0]?.notices?.[0]?.message.slice(0, 999)).toBe(said);
  });

  test('of the run before goes with the row of that run', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': `${say(`'again'`)} SELECT 1/(SELECT count(*) FROM pg_class WHERE relname = 'needed')`,
    });
    await failureOf(migrator.migrate(), MigrationFailedError);
    await failureOf(migrator.migrate(), MigrationFailedError);
    await db.query('CREATE TABLE needed ()');
    await migrator.migrate();
    expect((await historyOf(db))[0]).toMatchObject({ error_message: null, notices: [{ message: 'again' }] });
  });
});
