import { afterEach, expect, test } from '@jest/globals';
import { InterruptedError, MigrationsService } from '../../src/index.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { outcomes, relations } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { until } from '../support/jest/until.js';
import { startWith } from './support/application.js';

const db = useEmptyDatabase('shutdown');
afterEach(() => expectNoLeftovers(db));

test('the shutdown of an application interrupts the run that its service began, and waits for its end', async () => {
  const directory = await migrationsDirectory({
    '1.sql': 'CREATE TABLE one ()',
    '2.sql': 'CREATE TABLE two (); SELECT pg_sleep(300)',
  });
  const app = await startWith({ connectionString: db.connectionString, directory, onBootstrap: 'off' });
  const run = failureOf(app.get(MigrationsService).migrate(), InterruptedError);
  await until(
    async () =>
      (await db.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`))
        .rows.length > 0,
  );
  const asked = performance.now();
  await app.close();
  expect(performance.now() - asked).toBeLessThan(10_000);
  await expectNoLeftovers(db, { patienceMs: 0 }); // when close() returns, it is over
  const error = await run;
  expect(error).toMatchObject({ by: 'the shutdown of the application', applied: ['1.sql'], pending: ['2.sql'] });
  expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
  expect(await relations(db)).toEqual(['one']);
});
