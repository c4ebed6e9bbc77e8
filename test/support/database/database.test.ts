import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { createTestDatabase, serverUrl, type TestDatabase, withClient } from './database.js';
import { expectNoLeftovers } from '../server/leftovers.js';
import { useTestDatabase } from '../server/use-test-database.js';

const databases = async (name: string): Promise<number> =>
  withClient(
    serverUrl(),
    async (client) => (await client.query('SELECT FROM pg_database WHERE datname = $1', [name])).rowCount ?? 0,
  );

describe('a test database', () => {
  test('is new, has the name asked for in its own, and goes with drop()', async () => {
    const db = await createTestDatabase('Some name');
    expect(db.name).toMatch(/^some_name_[0-9a-f]{10}$/);
    expect((await db.query('SELECT current_database() AS name')).rows).toEqual([{ name: db.name }]);
    await db.drop();
    expect(await databases(db.name)).toBe(0);
  });

  test('goes with drop() though a client was never released', async () => {
    const db = await createTestDatabase();
    await (await db.pool().connect()).query('BEGIN');
    await db.drop();
    expect(await databases(db.name)).toBe(0);
  });

  test('can be made many at a time', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => createTestDatabase()));
    expect(new Set(made.map((db) => db.name)).size).toBe(8);
    await Promise.all(made.map((db) => db.drop()));
  });
});

describe('useTestDatabase', () => {
  const db = useTestDatabase('shared');

  test('gives a database from beforeAll on', async () => {
    expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});

describe('expectNoLeftovers', () => {
  let db: TestDatabase;
  let client: pg.PoolClient;

  beforeAll(async () => {
    db = await createTestDatabase('leftovers');
    client = await db.pool({ application_name: 'mine' }).connect();
  });

  afterAll(async () => {
    client.release();
    await db.drop();
  });

  test('accepts the idle connection of a pool that is allowed, and no other', async () => {
    await expectNoLeftovers(db, { allow: ['mine'] });
    await expect(expectNoLeftovers(db, { patienceMs: 200 })).rejects.toThrow('of \\"mine\\": idle');
  });

  test('finds an open transaction, allowed or not', async () => {
    await client.query('BEGIN');
    await expect(expectNoLeftovers(db, { allow: ['mine'], patienceMs: 200 })).rejects.toThrow('idle in transaction');
    await client.query('ROLLBACK');
  });

  test('finds an advisory lock, allowed or not', async () => {
    await client.query('SELECT pg_advisory_lock(7)');
    await expect(expectNoLeftovers(db, { allow: ['mine'], patienceMs: 200 })).rejects.toThrow('advisory lock (0, 7)');
    await client.query('SELECT pg_advisory_unlock_all()');
    await expectNoLeftovers(db, { allow: ['mine'] });
  });

  test('does not see the locks of another database', async () => {
    const other = await createTestDatabase('other');
    await withClient(other.connectionString, async (holder) => {
      await holder.query('SELECT pg_advisory_lock(7)');
      await expectNoLeftovers(db, { allow: ['mine'] });
    });
    await other.drop();
  });
});
