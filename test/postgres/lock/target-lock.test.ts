import { afterEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { DatabaseError } from '../../../src/core/errors/database-errors.js';
import type { TableName } from '../../../src/core/target/table.js';
import { assertRole } from '../../../src/postgres/connection/acting-role.js';
import type { PgConnection } from '../../../src/postgres/connection/pg-connection.js';
import { SessionFacts } from '../../../src/postgres/connection/server-facts.js';
import { holdsLockSql, lockKey, lockKeySql } from '../../../src/postgres/lock/lock.js';
import type { LockKind } from '../../../src/postgres/lock/migration-lock.js';
import { TargetLock } from '../../../src/postgres/lock/target-lock.js';
import { connectionOn } from '../../support/database/connection-on.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { until } from '../../support/jest/until.js';

const db = useEmptyDatabase(`lock of "ä's`);
afterEach(() => expectNoLeftovers(db));

const TABLE = { schema: 'shared', table: 'schema_migrations' };

/** The keys of all advisory locks in the database. */
async function heldKeys(): Promise<bigint[]> {
  const { rows } = await db.query<{ key: string }>(
    `SELECT (l.classid::bigint << 32 | l.objid::bigint)::text AS key FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE l.locktype = 'advisory' AND d.datname = current_database()`,
  );
  return rows.map(({ key }) => BigInt(key));
}

interface Made {
  readonly connection: PgConnection;
  readonly lock: TargetLock;
  readonly facts: SessionFacts;
}

const openConnection = (): Promise<never> => Promise.reject(new Error('no other connection is needed'));

function lockOn(client: pg.Client, kind: LockKind, role?: string): Made {
  const connection = connectionOn(client);
  const facts = new SessionFacts(connection, () => assertRole(connection, role));
  return { connection, facts, lock: new TargetLock(connection, TABLE, kind, facts, openConnection) };
}

test.each<TableName>([
  TABLE,
  { schema: 'public', table: '' },
  { schema: 'Übung', table: `it's "a" \\table` },
  { schema: '\u{1f418}', table: '$1::x' },
])('the server computes the same key of the lock for %j as this process', async (table) => {
  const { rows } = await db.query<{ key: string }>(`SELECT (${lockKeySql(table)})::text AS key`);
  expect(BigInt(rows[0]?.key ?? '')).toBe(lockKey(db.name, table));
});

describe.each<LockKind>(['auto', 'session'])('an attempt with the lock %s', (kind) => {
  test('takes the lock with the key that all other processes use, and reads the state afterwards', async () => {
    await withClient(db.connectionString, async (client) => {
      const { lock, connection } = lockOn(client, kind);
      const key = lockKey(db.name, TABLE);
      const isHeld = `${holdsLockSql(key)} AS held`;
      expect(await connection.query(isHeld)).toEqual([{ held: 'f' }]);
      const attempt = await lock.tryTakeAndRead(() => connection.query(isHeld));
      expect(attempt).toEqual({ taken: true, read: [{ held: 't' }] });
      expect(await heldKeys()).toEqual([key]);
      await withClient(db.connectionString, async (other) => {
        const second = lockOn(other, kind).lock;
        expect(await second.tryTakeAndRead(() => Promise.resolve('read'))).toEqual({ taken: false, read: 'read' });
        await lock.release();
        expect(await second.tryTake()).toBe(true);
        await second.release();
      });
    });
  });

  test('releases the lock if the read in the same message fails, on a session that stays open', async () => {
    await withClient(db.connectionString, async (client) => {
      const { lock, connection } = lockOn(client, kind);
      await expect(lock.tryTakeAndRead(() => connection.query('SELECT 1/0'))).rejects.toThrow('division by zero');
      expect(await heldKeys()).toHaveLength(1);
      await lock.release();
      expect(await heldKeys()).toEqual([]);
    });
  });

  test('releases the lock if the read fails before it is sent', async () => {
    await withClient(db.connectionString, async (client) => {
      const { lock } = lockOn(client, kind);
      await expect(lock.tryTakeAndRead(() => Promise.reject(new Error('no file')))).rejects.toThrow('no file');
      await lock.release();
      await client.query('SELECT 1');
      expect(await heldKeys()).toEqual([]);
    });
  });

  test('releases the lock if the role turns out not to work, on a session that stays open', async () => {
    await withClient(db.connectionString, async (client) => {
      const { lock } = lockOn(client, kind, 'no such role');
      await failureOf(lock.tryTake(), DatabaseError);
      expect(await heldKeys()).toHaveLength(1);
      await lock.release();
      expect(await heldKeys()).toEqual([]);
    });
  });

  test('uses the key of this process if the server computes a different one', async () => {
    await withClient(db.connectionString, async (client) => {
      const { lock, facts } = lockOn(client, kind);
      const getWith = facts.getWith.bind(facts);
      facts.getWith = async (expression) => {
        const { facts: read, value } = await getWith(expression);
        return { facts: { ...read, database: 'read differently' }, value };
      };
      expect(await lock.tryTake()).toBe(true);
      expect(await heldKeys()).toEqual([lockKey('read differently', TABLE)]);
      await lock.release();
    });
  });
});

test('a run unlocks the client of a pool itself, before the pool closes it', async () => {
  const heldAtEnd: bigint[][] = [];
  class Observed extends pg.Client {
    override async end(): Promise<void> {
      heldAtEnd.push(await heldKeys());
      await super.end();
    }
  }
  const pool = new pg.Pool({ connectionString: db.connectionString, max: 1, Client: Observed });
  const { migrator } = await migratorOn(db, { '1.sql': 'CREATE TABLE one ()' }, { pool });
  expect((await migrator.migrate()).applied).toEqual(['1.sql']);
  await pool.end();
  await until(() => Promise.resolve(heldAtEnd.length > 0));
  expect(heldAtEnd).toEqual([[]]);
});
