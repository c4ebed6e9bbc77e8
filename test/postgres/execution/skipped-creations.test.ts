import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError } from '../../../src/migrator.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { warned } from '../../support/migrator/findings-of.js';
import { historyOf } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn, type Files } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('skipped_creations');
afterEach(() => expectNoLeftovers(db));

const ORDERS = 'CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY, status text, amount numeric(10));';

/** The warnings of a run: what was skipped, who created it, how it differs. */
async function skippedBy(files: Files, options = {}): Promise<unknown[]> {
  const observed = await migratorOn(db, files, options);
  await observed.migrator.migrate();
  return warned(observed, 'CREATION_SKIPPED').map(({ subject, line, detail, recorded, actual }) => [
    `${subject}:${line}`,
    detail,
    recorded,
    actual,
  ]);
}

/** How many messages a run sends. */
const messagesOf = async (name: string, second: string): Promise<number> => {
  const proxy = await startCountingProxy(db.connectionString);
  const { migrator } = await migratorOn(
    proxy,
    { '1.sql': `CREATE TABLE ${name} (id int);`, '2.sql': second },
    { table: `shared.${name}` },
  );
  await migrator.migrate();
  return proxy.messages.length;
};

describe('IF NOT EXISTS that skips a statement', () => {
  test('names the migration that created the table, and the differences, before the resulting failure', async () => {
    const observed = await migratorOn(db, {
      '1_billing.sql':
        'CREATE SCHEMA IF NOT EXISTS shared; CREATE TABLE shared.subscriptions (id uuid PRIMARY KEY, plan text, status varchar(20), note text);',
      '2_platform.sql':
        '-- Plans of the platform\nCREATE TABLE IF NOT EXISTS shared.subscriptions (\n  id uuid PRIMARY KEY,\n  plan_code text,\n  status text\n);',
      '3_index.sql': 'CREATE INDEX ON shared.subscriptions (plan_code);',
    });
    await failureOf(observed.migrator.migrate(), MigrationFailedError);
    const differs =
      'it has no column plan_code; status is varchar(20), not text; it has a column plan; it has a column note';
    expect(observed.warnings()).toEqual([
      `2_platform.sql:2:1 did not create table shared.subscriptions, which already exists, created by 1_billing.sql, and differs from the statement: ${differs}. ` +
        'IF NOT EXISTS skipped the whole statement. If the application needs what the statement describes, change the existing object in a new migration. [CREATION_SKIPPED]',
    ]);
    expect((await historyOf(db)).map(({ notices }) => notices?.[0]?.message ?? null)).toEqual([
      'schema "shared" already exists, skipping',
      `line 2: did not create table shared.subscriptions, which already exists, created by 1_billing.sql, and differs from the statement: ${differs}`,
      null,
    ]);
  });

  test('warns about a file that itself fails because of it', async () => {
    const observed = await migratorOn(db, {
      '1.sql': 'CREATE TABLE orders (id int);',
      '2.sql': `${ORDERS} CREATE INDEX ON orders (status);`,
    });
    await failureOf(observed.migrator.migrate(), MigrationFailedError);
    expect(warned(observed, 'CREATION_SKIPPED')).toMatchObject([{ subject: '2.sql', recorded: '1.sql' }]);
  });

  test('warns about an object created by hand only if it differs', async () => {
    await db.query('CREATE TABLE orders (id bigint PRIMARY KEY, status text, amount numeric(10, 0))');
    await db.query('CREATE TABLE lines (id bigint PRIMARY KEY, hidden int)');
    expect(
      await skippedBy({ '1.sql': `${ORDERS}\nCREATE TABLE IF NOT EXISTS lines (id bigint PRIMARY KEY);` }),
    ).toEqual([['1.sql:2', 'table lines', null, 'it has a column hidden']]);
  });

  test.each([
    [
      'ALTER TABLE orders ADD COLUMN IF NOT EXISTS status varchar(10);',
      'column orders.status',
      'status is text, not varchar(10)',
    ],
    ['ALTER TABLE orders ADD COLUMN IF NOT EXISTS status text;', 'column orders.status', null],
    ['CREATE INDEX IF NOT EXISTS by_status ON orders (status);', 'index by_status', null],
    ['CREATE INDEX IF NOT EXISTS by_status ON orders (amount);', 'index by_status', 'it is defined differently'],
    ['CREATE INDEX IF NOT EXISTS by_status ON other (id);', 'index by_status', 'it is an index on public.orders'],
    ['CREATE SEQUENCE IF NOT EXISTS numbers;', 'sequence numbers', null],
    ['CREATE TABLE IF NOT EXISTS numbers (id int);', 'table numbers', 'it is a different kind of relation'],
    ['CREATE MATERIALIZED VIEW IF NOT EXISTS totals AS SELECT 1 AS one;', 'materialized view totals', null],
    ['CREATE TABLE IF NOT EXISTS copies (LIKE orders);', 'table copies', null],
    [
      'CREATE TABLE IF NOT EXISTS types (a interval day to second(3), b int[], c timestamptz(3), d char(3), e bigserial);',
      'table types',
      'b is int4, not int4[]',
    ],
  ])('compares %s', async (statement, label, differs) => {
    const first = `${ORDERS} CREATE INDEX by_status ON orders (status); CREATE SEQUENCE numbers; CREATE TABLE other (id int);
      CREATE MATERIALIZED VIEW totals AS SELECT 1 AS one; CREATE TABLE copies (id int);
      CREATE TABLE types (a interval day to second(3), b int, c timestamptz(3), d char(3), e bigserial);`;
    expect(await skippedBy({ '1.sql': first, '2.sql': statement })).toEqual([['2.sql:1', label, '1.sql', differs]]);
  });

  test('is detected in a file that runs statement by statement', async () => {
    const files = { '1.sql': ORDERS, '2.sql': `-- no-transaction\nVACUUM orders;\n${ORDERS}` };
    expect(await skippedBy(files)).toEqual([['2.sql:3', 'table orders', '1.sql', null]]);
  });

  test('is not compared with an object that a later migration of the run has changed', async () => {
    const files = { '1.sql': ORDERS, '2.sql': ORDERS, '3.sql': 'ALTER TABLE orders DROP COLUMN status;' };
    expect(await skippedBy(files)).toEqual([['2.sql:1', 'table orders', '1.sql', null]]);
  });

  test('is distinguished from a statement in the same file that created something', async () => {
    const files = {
      '1.sql': 'CREATE TABLE a (id int);',
      '2.sql': 'CREATE TABLE IF NOT EXISTS b (); CREATE TABLE IF NOT EXISTS a (id int);',
    };
    expect(await skippedBy(files)).toEqual([['2.sql:1', 'table a', '1.sql', null]]);
  });

  test('shows no placeholder values', async () => {
    const files = {
      '1.sql': 'CREATE SCHEMA {{tenant}}; CREATE TABLE {{tenant}}.a (id int);',
      '2.sql': 'CREATE TABLE IF NOT EXISTS {{tenant}}.a (id text);',
    };
    const found = await skippedBy(files, { placeholders: { tenant: 'hunter_two' } });
    expect(found).toMatchObject([['2.sql:1', expect.any(String), null, 'id is int4, not text']]);
    expect(JSON.stringify([found, await historyOf(db)])).not.toContain('hunter_two');
  });
});

describe('there is no warning', () => {
  test.each<[string, Files]>([
    [
      'of schemas and extensions',
      {
        '1.sql': 'CREATE SCHEMA s;',
        '2.sql': 'CREATE SCHEMA IF NOT EXISTS s; CREATE EXTENSION IF NOT EXISTS plpgsql;',
      },
    ],
    ['of a file that runs again', { '1.sql': `${ORDERS} ${ORDERS}` }],
    [
      'of a message with the same code',
      { '1.sql': ORDERS, '2.sql': `DO $$ BEGIN RAISE NOTICE USING ERRCODE = '42P07', MESSAGE = 'orders'; END $$;` },
    ],
  ])('%s', async (_, files) => {
    expect(await skippedBy(files)).toEqual([]);
  });

  test('without tracking, when every file finds the objects that it created itself', async () => {
    const files = { '1.sql': `${ORDERS} ALTER TABLE orders DROP COLUMN IF EXISTS status;` };
    expect(await skippedBy(files, { tracking: false })).toEqual([]);
    expect(await skippedBy(files, { tracking: false })).toEqual([]);
  });
});

test('a run without such a notice sends no message for it', async () => {
  await messagesOf('warm_up', 'SELECT 1;');
  const plain = await messagesOf('one', `DO $$ BEGIN RAISE NOTICE 'hello'; END $$;`);
  expect(await messagesOf('two', `CREATE TABLE IF NOT EXISTS two (id int);`)).toBe(plain + 1);
});
