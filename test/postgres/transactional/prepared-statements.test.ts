import { afterEach, describe, expect, test } from '@jest/globals';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { historyOf, outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { type Files, migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';

const db = useEmptyDatabase('prepared');
afterEach(() => expectNoLeftovers(db));

const COUNT = 8;
/** So many files that our statements are prepared, with these in the place of some. */
const filesWith = (special: Files): Files => ({
  ...Object.fromEntries(
    Array.from({ length: COUNT }, (_, i) => [
      `${i + 1}.sql`,
      `CREATE TABLE t${i + 1} (); INSERT INTO ran VALUES (${i + 1})`,
    ]),
  ),
  ...special,
});

/** Runs them; each must be applied exactly once, and reported so. */
async function run(special: Files): Promise<ObservedMigrator> {
  await db.query('CREATE TABLE ran (n int)');
  const files = filesWith(special);
  const observed = await migratorOn(db, files);
  expect((await observed.migrator.migrate()).applied).toEqual(Object.keys(files));
  expect(await outcomes(db)).toEqual(Object.fromEntries(Object.keys(files).map((file) => [file, 'applied'])));
  const named = (type: string): string[] =>
    observed.events.flatMap((event) => (event.type === type && 'file' in event ? [event.file] : []));
  expect(named('migration-applied')).toEqual(Object.keys(files));
  return observed;
}

const ran = async (): Promise<number[]> =>
  (await db.query<{ n: number }>('SELECT n FROM ran ORDER BY n')).rows.map(({ n }) => n);
const all = Array.from({ length: COUNT }, (_, i) => i + 1);

describe('our prepared statements', () => {
  test('are used: the message carries each claim as an EXECUTE, and no round trip prepares them', async () => {
    await db.query('CREATE TABLE ran (n int)');
    const proxy = await startCountingProxy(db.connectionString);
    await (await migratorOn(proxy, filesWith({}), { catalog: false })).migrator.migrate();
    const at = proxy.messages.findIndex((text) => text.includes('PREPARE migrations_claim'));
    expect(proxy.messages[at + 1]?.match(/EXECUTE migrations_claim/g)).toHaveLength(COUNT);
    expect(proxy.messages[at + 1]).not.toContain('INSERT INTO "shared"."schema_migrations" ');
    expect(proxy.messages.filter((text) => text.includes('CREATE TABLE t'))).toHaveLength(1);
    // Connecting is one round trip, and preparing is none. The lock, the tables and the history share one.
    expect(proxy.traffic().roundTrips).toBe(1 + proxy.messages.length - 1 - 2);
  });

  test('are not seen by a file that looks for them, nor are its own by the next file', async () => {
    const count = 'INSERT INTO ran SELECT 100 + count(*) FROM pg_prepared_statements';
    await run({ '3.sql': count, '5.sql': `PREPARE own AS SELECT 1; ${count}`, '6.sql': count });
    expect(await ran()).toEqual([1, 2, 4, 7, 8, 100, 100, 101]);
  });

  test.each([
    ['drops them all', 'DEALLOCATE ALL'],
    ['drops one, which is not there for it', `DO $$ BEGIN EXECUTE 'DEALLOCATE migrations_claim'; EXCEPTION WHEN invalid_sql_statement_name THEN NULL; END $$`],
    ['has some of the same names', 'PREPARE migrations_claim AS SELECT 1; PREPARE migrations_complete AS SELECT 1; EXECUTE migrations_claim'],
  ])('are not affected by a file that %s', async (_sentence, sql) => {
    await run({ '3.sql': sql, '5.sql': sql });
    expect(await ran()).toEqual([1, 2, 4, 6, 7, 8]);
    expect((await relations(db)).filter((name) => name.startsWith('t'))).toEqual(['t1', 't2', 't4', 't6', 't7', 't8']);
  }); // prettier-ignore

  test('may be dropped without the text showing it: that file runs again after its rollback, only once more', async () => {
    const hidden = `DO $$ BEGIN EXECUTE 'DEALL' || 'OCATE ALL'; END $$; INSERT INTO ran VALUES (3)`;
    await run({ '3.sql': hidden });
    expect(await ran()).toEqual(all);
    expect(await historyOf(db)).toHaveLength(COUNT);
  });

  test('may be dropped by what a file leaves behind, a trigger', async () => {
    const trigger = `CREATE FUNCTION drop_all() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DEALL' || 'OCATE ALL'; RETURN NEW; END $$;
      CREATE TRIGGER drop_all AFTER INSERT ON ran FOR EACH ROW EXECUTE FUNCTION drop_all();`;
    await run({ '3.sql': `${trigger} INSERT INTO ran VALUES (3)` });
    expect(await ran()).toEqual(all);
  });

  test('fit the history table even after a file changed it', async () => {
    const change = `ALTER TABLE shared.schema_migrations ADD COLUMN IF NOT EXISTS note text DEFAULT 'new', ALTER COLUMN migration_file TYPE varchar(200), ALTER COLUMN execution_time_ms TYPE bigint`;
    await run({ '3.sql': change });
    expect(await ran()).toEqual([1, 2, 4, 5, 6, 7, 8]);
  });
});

test('a row that appears after the history was read is taken into account: the run reads it again', async () => {
  await db.query('CREATE TABLE ran (n int)');
  const { migrator } = await migratorOn(db, { '1.sql': 'INSERT INTO ran VALUES (1)' });
  await migrator.migrate();
  const record = `INSERT INTO shared.schema_migrations (migration_file, error_message) VALUES ('5.sql', 'failed elsewhere')`;
  const observed = await migratorOn(db, { ...filesWith({ '3.sql': record }) });
  expect((await observed.migrator.migrate()).applied).toEqual([
    '2.sql',
    '3.sql',
    '4.sql',
    '5.sql',
    '6.sql',
    '7.sql',
    '8.sql',
  ]);
  expect(await ran()).toEqual([1, 2, 4, 5, 6, 7, 8]);
});
