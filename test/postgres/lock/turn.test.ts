import { afterEach, describe, expect, test } from '@jest/globals';
import { turnKeys } from '../../../src/postgres/lock/lock.js';
import { PinnedTurn, SessionTurn } from '../../../src/postgres/lock/turn.js';
import { connectionOn } from '../../support/database/connection-on.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';

const db = useEmptyDatabase('turn');
afterEach(() => expectNoLeftovers(db));

async function withClients(
  count: number,
  work: (clients: readonly ReturnType<typeof connectionOn>[]) => Promise<void>,
) {
  const pool = db.pool({ max: count });
  const clients = await Promise.all(Array.from({ length: count }, () => pool.connect()));
  try {
    await work(clients.map((client) => connectionOn(client as never)));
  } finally {
    for (const client of clients) client.release(true);
    await pool.end();
  }
}

const heldLocks = async (): Promise<number> => {
  const inThisDatabase = 'database = (SELECT oid FROM pg_database WHERE datname = current_database())';
  const { rowCount } = await db.query(
    `SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND ${inThisDatabase}`,
  );
  return rowCount ?? 0;
};

describe('the turn in a database', () => {
  test('goes to whoever waits, before whoever has just had it', async () => {
    await withClients(3, async (connections) => {
      const [a, b, c] = connections.map((each) => new SessionTurn(each, turnKeys(db.name))) as [
        SessionTurn,
        SessionTurn,
        SessionTurn,
      ];
      expect(await a.tryTake()).toBe(true);
      expect([await b.tryTake(), await c.tryTake(), await b.tryTake()]).toEqual([false, false, false]);
      await a.release();
      expect([await a.tryTake(), await c.tryTake()]).toEqual([false, false]);
      expect(await b.tryTake()).toBe(true);
      expect(await a.tryTake()).toBe(false);
      await b.release();
      expect([await c.tryTake(), await a.tryTake()]).toEqual([false, true]);
      await Promise.all([a, b, c].map((each) => each.release()));
      expect(await heldLocks()).toBe(0);
    });
  });

  test('is given up by whoever stops waiting', async () => {
    await withClients(2, async (connections) => {
      const [a, b] = connections.map((each) => new SessionTurn(each, turnKeys(db.name))) as [SessionTurn, SessionTurn];
      expect([await a.tryTake(), await b.tryTake()]).toEqual([true, false]);
      await b.release();
      await a.release();
      expect(await heldLocks()).toBe(0);
    });
  });

  test.each([SessionTurn, PinnedTurn])(
    'in a transaction goes to a waiting %p, before whoever has just had it',
    async (Waiting) => {
      await withClients(2, async ([pinned, other]) => {
        if (!pinned || !other) throw new Error('there are two');
        const [a, b] = [new PinnedTurn(pinned, turnKeys(db.name)), new Waiting(other, turnKeys(db.name))];
        for (const each of [pinned, other]) await each.run('BEGIN');
        expect([await a.tryTake(), await b.tryTake()]).toEqual([true, false]);
        await a.release();
        expect([await a.tryTake(), await b.tryTake(), await a.tryTake()]).toEqual([false, true, false]);
        expect(await b.holder()).toMatchObject({ pid: other.processId, isNext: false });
        await b.release();
        expect(await a.tryTake()).toBe(true);
        await a.release();
      });
    },
  );

  test('has a holder that is seen as it is now, also in a transaction; if nobody has it, it is who comes next', async () => {
    await withClients(2, async ([pinned, other]) => {
      if (!pinned || !other) throw new Error('there are two');
      const { turn, next } = turnKeys(db.name);
      const waiting = new PinnedTurn(pinned, turnKeys(db.name));
      await pinned.run('BEGIN');
      await other.run(`SELECT pg_advisory_lock(${turn}); SET application_name = 'first'`);
      expect(await waiting.holder()).toMatchObject({ applicationName: 'first', isNext: false });
      await other.run(`SET application_name = 'second'`);
      expect(await waiting.holder()).toMatchObject({ applicationName: 'second' });
      await other.run(`SELECT pg_advisory_lock(${next}), pg_advisory_unlock(${turn})`);
      expect(await waiting.tryTake()).toBe(false);
      expect(await waiting.holder()).toMatchObject({ pid: other.processId, isNext: true });
      await other.run(`SELECT pg_advisory_unlock(${next})`);
      expect(await waiting.holder()).toBeUndefined();
    });
  });

  test('in a transaction ends without ending the transaction and its other locks', async () => {
    await withClients(2, async ([pinned, other]) => {
      if (!pinned || !other) throw new Error('there are two');
      const [a, b] = [new PinnedTurn(pinned, turnKeys(db.name)), new SessionTurn(other, turnKeys(db.name))];
      await pinned.run('BEGIN; SELECT pg_advisory_xact_lock(7)');
      expect([await a.tryTake(), await b.tryTake()]).toEqual([true, false]);
      expect(await a.holder()).toMatchObject({ pid: pinned.processId });
      await a.release();
      expect(await b.tryTake()).toBe(true);
      expect(await a.tryTake()).toBe(false);
      await a.release();
      await b.release();
      expect(await heldLocks()).toBe(1);
      expect((await pinned.run('SELECT 1')).lastValue).toBe('1');
    });
  });
});
