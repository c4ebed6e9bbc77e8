import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InterruptedError, type Migrator } from '../../../src/migrator.js';
import { lockKey } from '../../../src/postgres/lock/lock.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { until } from '../../support/jest/until.js';

const db = useEmptyDatabase('interrupted_changes');
afterEach(() => expectNoLeftovers(db));

/** Each is a change that would be made if the lock could be had. */
const changes: Record<string, (migrator: Migrator, signal: AbortSignal) => Promise<unknown>> = {
  baseline: (migrator, signal) => migrator.baseline('3', { signal }),
  mark: (migrator, signal) => migrator.mark('3_c.sql', { signal }),
  unmark: (migrator, signal) => migrator.unmark('1_a.sql', { signal }),
  repair: (migrator, signal) => migrator.repair({ signal }),
  importFrom: (migrator, signal) => migrator.importFrom('dbmate', { signal }),
};

let migrator: Migrator;
beforeEach(async () => {
  const first = await migratorOn(db, { '1_a.sql': 'SELECT 1', '2_b.sql': 'SELECT 2' });
  await first.migrator.migrate();
  await rename(join(first.directory, '2_b.sql'), join(first.directory, '2_renamed.sql')); // something to repair
  const files = { '1_a.sql': 'SELECT 1', '2_renamed.sql': 'SELECT 2', '3_c.sql': 'SELECT 3' };
  await rm(first.directory, { recursive: true });
  await db.query(
    `CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('3')`,
  );
  ({ migrator } = await migratorOn(db, files));
});

describe.each(Object.entries(changes))('%s', (_, change) => {
  test('that waits for the lock is ended by its signal, before it changed anything', async () => {
    const before = await historyOf(db);
    await withClient(db.connectionString, async (holder) => {
      const key = lockKey(db.name, { schema: 'shared', table: 'schema_migrations' });
      await holder.query(`SELECT pg_advisory_lock(${key})`);
      const controller = new AbortController();
      const asked = failureOf(change(migrator, controller.signal), InterruptedError);
      await until(triesForLock);
      const aborted = performance.now();
      controller.abort('SIGTERM');
      const error = await asked;
      expect(performance.now() - aborted).toBeLessThan(5_000);
      expect(error).toMatchObject({ code: 'INTERRUPTED', by: 'SIGTERM', outcome: 'before' });
      expect(error.message).toBe('The run was interrupted by SIGTERM before anything was run. [INTERRUPTED]');
    });
    expect(await historyOf(db)).toEqual(before);
  });

  test('whose signal was given before does nothing', async () => {
    const before = await historyOf(db);
    const error = await failureOf(change(migrator, AbortSignal.abort('SIGINT')), InterruptedError);
    expect(error).toMatchObject({ by: 'SIGINT', outcome: 'before' });
    expect(await historyOf(db)).toEqual(before);
  });

  test('changes the history when nothing interrupts it', async () => {
    const before = await historyOf(db);
    await change(migrator, new AbortController().signal);
    expect(await historyOf(db)).not.toEqual(before);
  });
});

/** True when the session of the change has asked for the lock. */
async function triesForLock(): Promise<boolean> {
  const { rows } = await db.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'nestjs-pg-migrations%' AND query LIKE '%advisory_lock%'`,
  );
  return rows.length > 0;
}
