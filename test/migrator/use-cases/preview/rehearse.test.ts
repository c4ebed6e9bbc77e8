import { afterEach, expect, test } from '@jest/globals';
import { InterruptedError, LockTimeoutError, RefusedError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { until } from '../../../support/jest/until.js';

const db = useEmptyDatabase('rehearse');
afterEach(() => expectNoLeftovers(db));

const TABLES = `
  CREATE TABLE customers (id int PRIMARY KEY);
  CREATE TABLE visits (id int);
  CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers DEFERRABLE INITIALLY DEFERRED, total int);
  INSERT INTO customers VALUES (1);
  INSERT INTO orders SELECT n, 1, n FROM generate_series(1, 100) n`;

const countOrders = async (): Promise<unknown> => (await db.query('SELECT count(*)::int FROM orders')).rows[0]?.count;

test('shows what each migration locks, writes and rewrites, and leaves nothing behind', async () => {
  await db.query(TABLES);
  const { migrator, events } = await migratorOn(db, {
    '1.sql': 'ALTER TABLE orders ALTER COLUMN total TYPE bigint; CREATE TABLE notes (id int);',
    '2.sql':
      'INSERT INTO notes VALUES (1), (2); UPDATE orders SET total = 0 WHERE id <= 10; DELETE FROM orders WHERE id > 90',
    '3.sql': 'CREATE INDEX CONCURRENTLY notes_id ON notes (id)',
    '4.sql': 'BEGIN; SELECT id FROM customers; COPY notes FROM stdin;\n3\n\\.\nCOMMIT;',
    '5.sql': 'TRUNCATE visits',
  });
  const { migrations, refusals } = await migrator.rehearse();
  expect(refusals).toEqual([]);
  const ran = { outcome: 'rehearsed', durationMs: expect.any(Number), locks: [], written: [], rewritten: [] };
  expect(migrations).toEqual([
    {
      ...ran,
      file: '1.sql',
      locks: [{ relation: 'public.orders', mode: 'ACCESS EXCLUSIVE' }],
      rewritten: ['public.orders'],
    },
    {
      ...ran,
      file: '2.sql',
      locks: [{ relation: 'public.customers', mode: 'ROW SHARE' }], // the foreign key is checked
      written: [
        { table: 'public.notes', inserted: 2, updated: 0, deleted: 0 },
        { table: 'public.orders', inserted: 0, updated: 10, deleted: 10 },
      ],
    },
    { file: '3.sql', outcome: 'not-rehearsed', reason: '"CREATE INDEX CONCURRENTLY" cannot run in a transaction' },
    {
      ...ran,
      file: '4.sql',
      written: [{ table: 'public.notes', inserted: 1, updated: 0, deleted: 0 }],
    },
    {
      ...ran,
      file: '5.sql',
      locks: [{ relation: 'public.visits', mode: 'ACCESS EXCLUSIVE' }],
      rewritten: ['public.visits'],
    },
  ]);
  expect(await countOrders()).toBe(100);
  expect((await db.query(`SELECT to_regclass('notes') AS notes, to_regnamespace('shared') AS shared`)).rows).toEqual([
    { notes: null, shared: null },
  ]);
  expect(events).toEqual([]);
});

test('says where a migration fails, and rehearses nothing after it', async () => {
  await db.query(TABLES);
  const { migrator } = await migratorOn(db, {
    '1.sql': 'SELECT 1',
    '2.sql': 'SELECT 2;\nSELECT 1 / 0;',
    '3.sql': 'SELECT 3',
  });
  expect((await migrator.rehearse()).migrations).toMatchObject([
    { file: '1.sql', outcome: 'rehearsed' },
    { file: '2.sql', outcome: 'failed', sqlstate: '22012', message: 'division by zero', line: 2, column: 1 },
    { file: '3.sql', outcome: 'not-rehearsed', reason: '2.sql failed before it' },
  ]);
});

test('checks deferred constraints at the end of each migration, as its COMMIT would', async () => {
  await db.query(TABLES);
  const { migrator } = await migratorOn(db, {
    '1.sql': 'INSERT INTO orders VALUES (101, 2); INSERT INTO customers VALUES (2)',
    // With checks that are still pending, ALTER TABLE would be refused; with immediate ones, the INSERT before it.
    '2.sql':
      'ALTER TABLE orders ADD COLUMN note text; INSERT INTO orders VALUES (102, 3); INSERT INTO customers VALUES (3)',
    '3.sql': 'INSERT INTO orders VALUES (103, 4)',
  });
  expect((await migrator.rehearse()).migrations).toMatchObject([
    { outcome: 'rehearsed' },
    { outcome: 'rehearsed' },
    { outcome: 'failed', sqlstate: '23503' },
  ]);
});

test('runs as the role and in the schema of the target, with placeholder values masked', async () => {
  await db.query('CREATE SCHEMA own');
  const { migrator } = await migratorOn(
    db,
    {
      '1.sql':
        "CREATE TABLE t (s text); INSERT INTO t SELECT current_schema; SELECT 1 FROM own.t WHERE s = 'own'; SELECT '{{word}}'::int",
    },
    { searchPath: ['own'], placeholders: { word: 'hunter2' } },
  );
  expect((await migrator.rehearse()).migrations).toMatchObject([
    { outcome: 'failed', message: 'invalid input syntax for type integer: "***"' },
  ]);
});

test('is refused when a run would be, and has nothing to do when a run would have nothing', async () => {
  const refused = await migratorOn(db, { '1.sql': '\\gexec' });
  expect(await refused.migrator.rehearse()).toMatchObject({ migrations: [], refusals: [{ code: 'META_COMMAND' }] });
  await expect(refused.migrator.migrate()).rejects.toBeInstanceOf(RefusedError);
  const done = await migratorOn(db, { '1.sql': 'SELECT 1' });
  await done.migrator.migrate();
  expect(await done.migrator.rehearse()).toEqual({ migrations: [], warnings: [], refusals: [] });
});

test('waits for a run, and can be interrupted', async () => {
  const { migrator } = await migratorOn(db, { '1.sql': 'SELECT pg_sleep(60)' });
  const run = new AbortController();
  const running = failureOf(migrator.migrate({ signal: run.signal }), InterruptedError);
  const isSleeping = async (): Promise<boolean> =>
    (await db.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`))
      .rowCount === 1;
  await until(isSleeping);
  const other = await migratorOn(db, { '1.sql': 'SELECT pg_sleep(60)' }, { timeouts: { migrationLock: 100 } });
  await failureOf(other.migrator.rehearse(), LockTimeoutError);
  run.abort();
  await running;
  const rehearsal = new AbortController();
  const rehearsing = failureOf(migrator.rehearse(rehearsal.signal), InterruptedError);
  await until(isSleeping);
  rehearsal.abort();
  expect(await rehearsing).toMatchObject({ by: 'a request' });
});
