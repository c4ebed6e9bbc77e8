import { afterEach, describe, expect, test } from '@jest/globals';
import {
  DatabaseConnectionError,
  DirectoryError,
  InterruptedError,
  LockTimeoutError,
  MigrationFailedError,
  type MigrationEvent,
} from '../../../../src/migrator.js';
import { lockKey } from '../../../../src/postgres/lock/lock.js';
import { withClient } from '../../../support/database/database.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('events');
afterEach(() => expectNoLeftovers(db));

const types = (events: readonly MigrationEvent[]): string[] => events.map(({ type }) => type);

/** All events of one run, on one target, in the order of their times. */
function expectOneRun(events: readonly MigrationEvent[], target: string): void {
  expect(new Set(events.map((event) => ('runId' in event ? event.runId : undefined))).size).toBe(1);
  expect(new Set(events.map((event) => event.target))).toEqual(new Set([target]));
  const times = events.map(({ at }) => at.getTime());
  expect(times).toEqual(times.toSorted((a, b) => a - b));
}

describe('a run begins with run-started and ends with', () => {
  test('run-finished, which counts what was applied before', async () => {
    const first = await migratorOn(db, { '1.sql': 'SELECT 1' });
    await first.migrator.migrate();
    const { migrator, events } = await migratorOn(db, { '1.sql': 'SELECT 1', '2.sql': 'SELECT 2' });
    await migrator.migrate();
    expect(events.find(({ type }) => type === 'run-planned')).toMatchObject({ pending: ['2.sql'], alreadyApplied: 1 });
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', applied: ['2.sql'], alreadyApplied: 1 });
    expectOneRun(events, migrator.target);
    const before = events.length;
    await migrator.migrate();
    expect(types(events.slice(before))).toEqual(['run-started', 'run-finished']);
    expect(events.at(-1)).toMatchObject({ applied: [], appliedByOthers: [], alreadyApplied: 2 });
  });

  test('run-failed, with the code and what was applied before', async () => {
    const { migrator, events } = await migratorOn(db, { '1.sql': 'SELECT 1', '2.sql': 'SELECT 1/0' });
    const { message } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(types(events)).toEqual([
      'run-started',
      'lock-acquired',
      'run-planned',
      'migration-started',
      'migration-applied',
      'migration-started',
      'migration-failed',
      'run-failed',
    ]);
    expect(events.at(-2)).toMatchObject({ file: '2.sql', error: message });
    expect(events.at(-1)).toMatchObject({ code: 'MIGRATION_FAILED', error: message, applied: ['1.sql'] });
    expectOneRun(events, migrator.target);
  });

  test('run-failed when the directory cannot be read', async () => {
    const { migrator, events } = await migratorOn(db, '/no/such/directory');
    const { message } = await failureOf(migrator.migrate(), DirectoryError);
    expect(types(events)).toEqual(['run-started', 'run-failed']);
    expect(events.at(-1)).toMatchObject({ code: 'INVALID_DIRECTORY', error: message, applied: [] });
  });

  test('run-failed when the database cannot be reached, with an event for each retry', async () => {
    const url = new URL(db.connectionString);
    url.port = '1';
    const { migrator, events } = await migratorOn(
      db,
      { '1.sql': 'SELECT 1' },
      { connectionString: url.href, timeouts: { connectRetry: 1_000 } },
    );
    await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(new Set(types(events.slice(1, -1)))).toEqual(new Set(['connection-retry']));
    expect(events[1]).toMatchObject({ attempt: 2, reason: expect.any(String), remainingMs: expect.any(Number) });
    expect(events.at(-1)).toMatchObject({ type: 'run-failed', code: 'UNREACHABLE', applied: [] });
    expectOneRun(events, migrator.target);
  });

  test('run-failed when the lock cannot be had in time, with an event that names the holder', async () => {
    const { migrator, events } = await migratorOn(db, { '1.sql': 'SELECT 1' }, { timeouts: { migrationLock: 500 } });
    await withClient(db.connectionString, async (holder) => {
      const key = lockKey(db.name, { schema: 'shared', table: 'schema_migrations' });
      const { rows } = await holder.query<{ pid: number }>(
        `SELECT pg_backend_pid() AS pid FROM pg_advisory_lock(${key})`,
      );
      const { message } = await failureOf(migrator.migrate(), LockTimeoutError);
      expect(message).toContain(`for the migration lock of ${migrator.target}, held by backend`);
      expect(types(events)).toEqual(['run-started', 'lock-waiting', 'run-failed']);
      const waits = events.filter((event) => event.type === 'lock-waiting');
      expect(waits).toMatchObject([{ holder: { pid: rows[0]?.pid } }]);
      expect(waits.map(({ waitedMs, remainingMs }) => waitedMs + remainingMs)).toEqual([500]);
    });
    expect(events.at(-1)).toMatchObject({ code: 'LOCK_TIMEOUT', applied: [] });
    expectOneRun(events, migrator.target);
  });

  test('run-interrupted, with what asked for it', async () => {
    const controller = new AbortController();
    const { migrator, events } = await migratorOn(
      db,
      { '1.sql': 'SELECT 1', '2.sql': '-- no-transaction\nSELECT 2' },
      { onEvent: ({ type }) => void (type === 'migration-applied' && controller.abort('SIGTERM')) },
    );
    const { message } = await failureOf(migrator.migrate({ signal: controller.signal }), InterruptedError);
    expect(events.at(-1)).toMatchObject({
      type: 'run-interrupted',
      by: 'SIGTERM',
      error: message,
      applied: ['1.sql'],
    });
    expect(types(events).filter((type) => /^run-(started|finished|failed|refused|interrupted)$/.test(type))).toEqual([
      'run-started',
      'run-interrupted',
    ]);
    expectOneRun(events, migrator.target);
  });
});

test('a migration that another process applied meanwhile is reported as applied by others', async () => {
  const files = { '1.sql': 'SELECT pg_sleep(0.5)', '2.sql': 'SELECT 2' };
  const [one, two] = [await migratorOn(db, files), await migratorOn(db, files)];
  const runs = await Promise.all([one.migrator.migrate(), two.migrator.migrate()]);
  const [worked, waited] = runs[0].applied.length > 0 ? [one, two] : [two, one];
  expect(worked.events.at(-1)).toMatchObject({
    type: 'run-finished',
    applied: ['1.sql', '2.sql'],
    appliedByOthers: [],
  });
  expect(types(waited.events)).toEqual(['run-started', 'lock-waiting', 'run-finished']);
  expect(waited.events.at(-1)).toMatchObject({ applied: [], appliedByOthers: ['1.sql', '2.sql'], alreadyApplied: 0 });
});

test('a migration that is run statement by statement after all is reported as started once', async () => {
  const text = 'CREATE TABLE t (a int);\nDO $$ BEGIN COMMIT; INSERT INTO t VALUES (2); END $$;';
  const { migrator, events } = await migratorOn(db, { '1.sql': text });
  await migrator.migrate();
  expect(types(events)).toEqual([
    'run-started',
    'lock-acquired',
    'run-planned',
    'migration-started',
    'warning',
    'migration-step',
    'migration-step',
    'migration-applied',
    'run-finished',
  ]);
});

describe('a run that has to wait for the lock again, because a migration needs a new session,', () => {
  const FILES = {
    '1.sql': 'SELECT 1',
    '2.sql': 'ALTER ROLE CURRENT_USER SET work_mem = DEFAULT; SELECT pg_sleep(0.5);',
    '3.sql': 'SELECT 3',
  };

  test.each([
    ['times out', LockTimeoutError, /This run had applied 1\.sql, 2\.sql\./],
    ['is interrupted', InterruptedError, /Applied before: 1\.sql, 2\.sql\./],
  ] as const)('and %s says what it had applied', async (what, ErrorClass, text) => {
    const controller = new AbortController();
    const key = lockKey(db.name, { schema: 'shared', table: 'schema_migrations' });
    await withClient(db.connectionString, async (holder) => {
      const { migrator, events } = await migratorOn(db, FILES, {
        timeouts: { migrationLock: 700 },
        onEvent: (event) => {
          if (event.type === 'migration-started' && event.file === '2.sql')
            void holder.query(`SELECT pg_advisory_lock(${key})`); // it gets the lock as soon as the run releases it
          if (event.type === 'lock-waiting' && what === 'is interrupted') controller.abort('SIGTERM');
        },
      });
      const error = await failureOf<InterruptedError | LockTimeoutError>(
        migrator.migrate({ signal: controller.signal }),
        ErrorClass,
      );
      expect(error.applied).toEqual(['1.sql', '2.sql']);
      expect(error.message).toMatch(text);
      expect(events.at(-1)).toMatchObject({ applied: ['1.sql', '2.sql'] });
      await holder.query('SELECT pg_advisory_unlock_all()');
    });
  });
});
