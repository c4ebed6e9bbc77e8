import { afterEach, describe, expect, test } from '@jest/globals';
import { InterruptedError, type Migrator } from '../../src/migrator.js';
import { lockKey } from '../../src/postgres/lock/lock.js';
import { withClient } from '../support/database/database.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { outcomes, relations } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { migratorOn } from '../support/migrator/migrator-on.js';
import { until } from '../support/jest/until.js';

const db = useEmptyDatabase('stop');
afterEach(() => expectNoLeftovers(db));

const sleeping = async (): Promise<boolean> =>
  (await db.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`)).rows
    .length > 0;

const ways: Record<string, { end: (migrator: Migrator) => Promise<void>; by: string }> = {
  'stop()': { end: (migrator) => migrator.stop(), by: 'a request' },
  'stop() with a reason': { end: (migrator) => migrator.stop('the end of the shift'), by: 'the end of the shift' },
  'close()': { end: (migrator) => migrator.close(), by: 'the end of its migrator' },
};

describe.each(Object.entries(ways))('%s', (_, { end, by }) => {
  test('interrupts the run that is under way and returns when it has ended', async () => {
    const { migrator, events } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE one ()',
      '2.sql': 'CREATE TABLE two (); SELECT pg_sleep(300)',
    });
    let hasEnded = false;
    const run = failureOf(migrator.migrate(), InterruptedError).finally(() => (hasEnded = true));
    await until(sleeping);
    await end(migrator);
    expect(events.at(-1)).toMatchObject({ type: 'run-interrupted', by, applied: ['1.sql'] });
    await expectNoLeftovers(db, { patienceMs: 0 });
    const error = await run;
    expect(hasEnded).toBe(true);
    expect(error).toMatchObject({ by, outcome: 'cancelled', applied: ['1.sql'], pending: ['2.sql'] });
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
    expect(await relations(db)).toEqual(['one']);
  });

  test('interrupts a change of the history that waits for the lock', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1' });
    await withClient(db.connectionString, async (holder) => {
      const key = lockKey(db.name, { schema: 'shared', table: 'schema_migrations' });
      await holder.query(`SELECT pg_advisory_lock(${key})`);
      const change = failureOf(migrator.mark('1.sql'), InterruptedError);
      await end(migrator);
      expect(await change).toMatchObject({ by, outcome: 'before' });
    });
    expect((await db.query(`SELECT to_regclass('shared.schema_migrations') AS history`)).rows).toEqual([
      { history: null },
    ]);
  });

  test('interrupts at once whatever is asked for later', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'CREATE TABLE one ()' });
    await end(migrator);
    expect(await failureOf(migrator.migrate(), InterruptedError)).toMatchObject({ by, outcome: 'before' });
    expect(await relations(db)).toEqual([]);
  });
});

test('stop() without anything under way returns at once, and reads go on', async () => {
  const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1' });
  await migrator.migrate();
  await migrator.stop();
  expect((await migrator.status()).summary.applied).toBe(1);
});
