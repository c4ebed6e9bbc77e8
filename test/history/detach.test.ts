import { afterEach, describe, expect } from '@jest/globals';
import { MigrationFailedError } from '../../src/migrator.js';
import { withClient } from '../support/database/database.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { outcomes } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { migrateUntilKilled } from '../support/programs/killed.js';
import { migratorOn } from '../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { testBefore, testSince } from '../support/server/since-version.js';
import { terminate } from '../support/database/terminate.js';
import { until } from '../support/jest/until.js';

const db = useEmptyDatabase('detach');
afterEach(() => expectNoLeftovers(db));

const TABLES = `CREATE TABLE m (n int) PARTITION BY LIST (n);
  CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1); CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2)`;
const FILES = { '1.sql': 'ALTER TABLE m DETACH PARTITION m1 CONCURRENTLY; CREATE TABLE behind ()' };

async function partitions(): Promise<string[]> {
  const { rows } = await db.query<{ partition: string }>(
    `SELECT inhrelid::regclass || CASE WHEN inhdetachpending THEN ' pending' ELSE '' END AS partition FROM pg_inherits ORDER BY 1`,
  );
  return rows.map(({ partition }) => partition);
}

/** Runs `work` while a reader of the table keeps a concurrent detach between its two transactions. */
async function whileDetachWaits(work: () => Promise<void>): Promise<void> {
  await withClient(db.connectionString, async (reader) => {
    await reader.query('BEGIN; SELECT * FROM m');
    await work();
    await reader.query('COMMIT');
  });
}

async function blockedDetach(): Promise<number> {
  let pid = 0;
  await until(async () => {
    const { rows } = await db.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE m DETACH%' AND wait_event_type = 'Lock' AND datname = current_database()`,
    );
    pid = rows[0]?.pid ?? 0;
    return pid > 0;
  });
  return pid;
}

const since14 = testSince(14, 'DETACH PARTITION … CONCURRENTLY');

describe('a concurrent detach that stopped half-way', () => {
  since14('because the process was killed and its backend ended, is finalized by the next run', async () => {
    await db.query(TABLES);
    const directory = await migrationsDirectory(FILES);
    await whileDetachWaits(async () => {
      await migrateUntilKilled(db, directory, (text) => (text.startsWith('ALTER') ? 'during' : undefined));
      await terminate(db, await blockedDetach());
    });
    expect(await partitions()).toEqual(['m1 pending', 'm2']);
    await (await migratorOn(db, directory)).migrator.migrate();
    expect(await partitions()).toEqual(['m2']);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
  });

  since14('because it was cancelled, and is recorded as failed, is finalized by the next run', async () => {
    await db.query(TABLES);
    const { migrator, warnings } = await migratorOn(db, FILES);
    await whileDetachWaits(async () => {
      const failing = failureOf(migrator.migrate(), MigrationFailedError);
      await db.query('SELECT pg_cancel_backend($1)', [await blockedDetach()]);
      expect((await failing).failure.server.sqlstate).toBe('57014');
    });
    expect(await partitions()).toEqual(['m1 pending', 'm2']);
    await migrator.migrate();
    expect(warnings()).toEqual([
      'Partition m1 was left half detached by an earlier attempt; the detach has been finished. [DETACH_FINISHED]',
    ]);
    expect(await partitions()).toEqual(['m2']);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
  });

  since14('of another partition is left to whoever began it, and the failure says so', async () => {
    await db.query(TABLES);
    await whileDetachWaits(async () => {
      const other = withClient(db.connectionString, (client) =>
        client.query('ALTER TABLE m DETACH PARTITION m2 CONCURRENTLY'),
      );
      const cancelled = failureOf(other, Error);
      await until(async () => (await partitions()).includes('m2 pending'));
      await db.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE m DETACH%m2%'`);
      expect((await cancelled).message).toContain('canceling statement');
    });
    const { migrator } = await migratorOn(db, FILES);
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(error.failure.server).toMatchObject({ sqlstate: '55000', hint: expect.stringContaining('FINALIZE') });
    expect(await partitions()).toEqual(['m1', 'm2 pending']);
  });
});

testBefore(14, 'DETACH PARTITION … CONCURRENTLY is unknown')(
  'a concurrent detach is refused where the file asks for it',
  async () => {
    await db.query(TABLES);
    const { migrator } = await migratorOn(db, FILES);
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(error.message).toContain('1.sql:1:35: syntax error at or near "CONCURRENTLY" (SQLSTATE 42601)');
  },
);
