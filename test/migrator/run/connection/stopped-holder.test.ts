import { afterEach, expect, test } from '@jest/globals';
import { MigratingProcess } from '../../../../soak/migrating-process.js';
import { LockTimeoutError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { outcomes } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../../support/files/temp-directory.js';
import { until } from '../../../support/jest/until.js';

const db = useEmptyDatabase('stopped_holder');
afterEach(() => expectNoLeftovers(db));

const started: MigratingProcess[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.kill()));
});

const FILES = {
  '1.sql': `CREATE TABLE ran (file text); INSERT INTO ran VALUES ('1.sql')`,
  '2.sql': `-- no-transaction\nSELECT pg_sleep(0.7);\nINSERT INTO ran VALUES ('2.sql');`,
  '3.sql': `INSERT INTO ran VALUES ('3.sql')`,
};

async function sleepingBackend(): Promise<number | undefined> {
  const { rows } = await db.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
  );
  return rows[0]?.pid;
}

test('while the process that migrates stands still, others give up in time or wait, and it finishes when it goes on', async () => {
  const directory = await migrationsDirectory(FILES);
  const holder = new MigratingProcess();
  started.push(holder);
  const run = holder.migrate({ connectionString: db.connectionString, directory });
  let pid: number | undefined;
  await until(async () => (pid = await sleepingBackend()) !== undefined, 20_000);
  holder.stop();
  await until(async () => (await sleepingBackend()) === undefined);

  const hurried = await migratorOn(db, directory, { timeouts: { migrationLock: 1_000 } });
  const startedAt = Date.now();
  const error = await failureOf(hurried.migrator.migrate(), LockTimeoutError);
  expect(Date.now() - startedAt).toBeLessThan(10_000);
  expect(error).toMatchObject({ code: 'LOCK_TIMEOUT', holder: { pid } });
  expect(error.message).toContain(`held by backend ${pid} (nestjs-pg-migrations`);
  expect(await outcomes(db)).toMatchObject({ '1.sql': 'applied', '2.sql': expect.stringContaining('running') });

  const patient = await migratorOn(db, directory);
  const waiting = patient.migrator.migrate();
  await until(() => patient.events.some(({ type }) => type === 'lock-waiting'));
  holder.goOn();
  expect(await run).toMatchObject({ report: { applied: Object.keys(FILES) }, stderr: '' });
  expect((await waiting).applied).toEqual([]);
  expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied', '3.sql': 'applied' });
  expect((await db.query('SELECT file FROM ran ORDER BY 1')).rows.map(({ file }) => file)).toEqual(Object.keys(FILES));
});
