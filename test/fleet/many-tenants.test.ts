import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { behindSql } from '../../src/postgres/tenants/behind-sql.js';
import { startCountingProxy } from '../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { fleetOn, tenantsUpTo, type ObservedFleet } from './fleet-on.js';
import { rowsHandledBy, type HandledRows } from './query-plan.js';

const db = useEmptyDatabase('many_tenants');
const TABLE = 'schema_migrations_tenants';
const KEYS = ['tenant', 'schema_oid', 'schema_name'];
const FILES = 20;
const filesUpTo = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${100 + i}_t.sql`, `CREATE TABLE t${i} (id int);`]));

interface Asked extends ObservedFleet {
  /** The number of messages that an operation sends, and the bytes of their answers. */
  readonly ask: (
    operation: 'migrate' | 'status' | 'health',
    names?: string[],
  ) => Promise<{ sent: number; bytes: number }>;
  /** The same query again, or another one. */
  readonly plan: (query?: string) => Promise<HandledRows>;
}

/** Migrates the first tenant, and gives its history to the others: only that is read. */
async function appliedTo(count: number, files = FILES): Promise<Asked> {
  for (let from = 0; from < count; from += 100)
    await db.query(
      tenantsUpTo(count)
        .slice(from, from + 100)
        .map(({ schema }) => `CREATE SCHEMA ${schema}`)
        .join('; '),
    );
  const proxy = await startCountingProxy(db.connectionString);
  const observed = await fleetOn(
    {},
    { connectionString: proxy.connectionString, files: filesUpTo(files), tenants: { list: tenantsUpTo(count) } },
  );
  await observed.fleet.migrate({ tenants: ['t0'] });
  const { rows } = await db.query<{ name: string }>(
    `SELECT quote_ident(attname) AS name FROM pg_attribute WHERE attrelid = 'shared.${TABLE}'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  const others = rows.map(({ name }) => name).filter((name) => !KEYS.includes(name));
  await db.query(
    `INSERT INTO shared.${TABLE} (${[...KEYS, ...others].join(', ')})
       SELECT 't' || n, s.oid, s.nspname, ${others.map((name) => `h.${name}`).join(', ')}
         FROM generate_series(1, ${count - 1}) AS n JOIN pg_namespace AS s ON s.nspname = 's' || n
         CROSS JOIN shared.${TABLE} AS h WHERE h.tenant = 't0'`,
  );
  await db.query(`ANALYZE shared.${TABLE}`);
  let last = '';
  const ask: Asked['ask'] = async (operation, tenants) => {
    const { bytesReceived } = proxy.traffic();
    const { length } = proxy.messages;
    await observed.fleet[operation]({ tenants });
    last = proxy.messages.at(-1) ?? '';
    return { sent: proxy.messages.length - length, bytes: proxy.traffic().bytesReceived - bytesReceived };
  };
  return { ...observed, ask, plan: (query = last) => rowsHandledBy(db, query.slice(query.indexOf('WITH '))) };
}

async function removeAll(count: number): Promise<void> {
  await db.query(`DROP TABLE shared.${TABLE}`);
  for (const { schema } of tenantsUpTo(count)) await db.query(`DROP SCHEMA ${schema} CASCADE`);
}

describe('tenants with nothing to do', () => {
  test.each(['migrate', 'status', 'health'] as const)(
    'cost %s one message, whose answer does not grow with tenants or files',
    async (operation) => {
      const few = await (await appliedTo(60)).ask(operation);
      await removeAll(60);
      const many = await (await appliedTo(240, 2 * FILES)).ask(operation);
      expect(few.sent).toBe(1);
      expect(many).toEqual(few);
    },
  );

  test('make the query read each row of the history once, and do twice the work for twice as many', async () => {
    const few = await appliedTo(200);
    await few.ask('status');
    const rows = await few.plan();
    expect(rows.readFrom[TABLE]).toBe(200 * FILES);
    await removeAll(200);
    const many = await appliedTo(400);
    await many.ask('status');
    const twice = await many.plan();
    expect(twice.readFrom[TABLE]).toBe(400 * FILES);
    expect(twice.all).toBeLessThan(2.1 * rows.all);
  });
});

describe('many tenants', () => {
  test('with one new file each cost a short answer for each, and each row of the history is read once', async () => {
    const { ask, plan, directory } = await appliedTo(200);
    await writeFile(join(directory, '900_new.sql'), 'CREATE TABLE new (id int);');
    expect((await ask('status')).bytes).toBeLessThan(200 * 130);
    expect((await plan()).readFrom[TABLE]).toBe(200 * FILES);
  });

  test('do not make one of them more expensive: only its own rows are counted', async () => {
    const { ask, plan } = await appliedTo(400);
    await ask('status', ['t7']);
    expect((await plan()).passedOn).toBeLessThan(10 * FILES);
  });

  test.each([
    ['an empty schema', ''],
    ['a schema with objects', 'CREATE TABLE new_one.legacy ()'],
  ])('do not make the first run of another one with %s more expensive', async (_schema, filling) => {
    const blocksWith = async (count: number): Promise<number> => {
      const { plan } = await appliedTo(count);
      await db.query(`CREATE SCHEMA new_one; ${filling}`);
      return (await plan(behindSql(`shared.${TABLE}`, [{ name: 'new', schema: 'new_one' }], []))).blocks;
    };
    const few = await blocksWith(60);
    await removeAll(60);
    await db.query('DROP SCHEMA new_one CASCADE');
    expect(await blocksWith(600)).toBeLessThan(few + 20);
  });
});
