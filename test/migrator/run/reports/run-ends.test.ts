import { afterEach, describe, expect, test } from '@jest/globals';
import type { MigrationEvent, Migrator, MigratorOptions } from '../../../../src/migrator.js';
import { renderEvent } from '../../../../src/core/events/render-event.js';
import { lockKey } from '../../../../src/postgres/lock/lock.js';
import { startCountingProxy } from '../../../support/programs/counting-proxy.js';
import { withClient } from '../../../support/database/database.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { outcomes } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn, type Files } from '../../../support/migrator/migrator-on.js';
import { until } from '../../../support/jest/until.js';

const db = useEmptyDatabase('run_ends');
afterEach(() => expectNoLeftovers(db, { patienceMs: 10_000 }));

const ENDS = ['run-finished', 'run-failed', 'run-refused', 'run-interrupted'];
const typesOf = (events: readonly MigrationEvent[]): string[] => events.map(({ type }) => type);
const lines = (events: readonly MigrationEvent[]): string[] =>
  events
    .flatMap(renderEvent)
    .flatMap(({ level, text }) => (level === 'debug' ? [] : [text.replace(/\d+ ms/g, 'N ms')]));

/** Holds the migration lock while something is done. */
const whileLocked = (work: (pid: number) => Promise<unknown>): Promise<unknown> =>
  withClient(db.connectionString, async (holder) => {
    const key = lockKey(db.name, { schema: 'shared', table: 'schema_migrations' });
    const { rows } = await holder.query<{ pid: number }>(
      `SELECT pg_backend_pid() AS pid FROM pg_advisory_lock(${key})`,
    );
    return work(rows[0]?.pid ?? 0);
  });

interface Case {
  readonly files?: Files;
  readonly options?: MigratorOptions;
  readonly before?: Files;
  readonly run?: (migrator: Migrator) => Promise<unknown>;
  readonly end: string;
}

const interrupted = async (migrator: Migrator): Promise<unknown> => {
  const controller = new AbortController();
  const run = migrator.migrate({ signal: controller.signal });
  await until(
    async () =>
      (await db.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`))
        .rows.length > 0,
  );
  controller.abort('SIGTERM');
  return run;
};

const cases: Record<string, Case> = {
  'has nothing to do': { before: { '1.sql': 'SELECT 1' }, files: { '1.sql': 'SELECT 1' }, end: 'run-finished' },
  'finds no file at all': { files: {}, end: 'run-finished' },
  'applies what is pending': { end: 'run-finished' },
  'needs a second session on its way': {
    files: { '1.sql': `ALTER ROLE CURRENT_USER IN DATABASE "$db" SET work_mem = '5MB'`, '2.sql': 'SELECT 2' },
    end: 'run-finished',
  },
  'only adopts checksums': {
    before: { '1.sql': 'SELECT 1' },
    files: { '1.sql': 'SELECT 1' },
    run: async (migrator) => {
      await db.query('UPDATE shared.schema_migrations SET checksum = NULL');
      return migrator.migrate();
    },
    end: 'run-finished',
  },
  fails: { files: { '1.sql': 'SELECT 1', '2.sql': 'SELECT 1/0' }, end: 'run-failed' },
  'is refused before it connects to the lock': { files: { '1.sql': '\\copy t from x' }, end: 'run-refused' },
  'is refused under the lock': {
    files: { '1.sql': 'VACUUM' },
    options: { lock: 'off' },
    end: 'run-refused',
  },
  'is refused for an unusable file': { files: { 'no_version.sql': 'SELECT 1' }, end: 'run-refused' },
  'gives up waiting for the lock': {
    options: { timeouts: { migrationLock: 300 } },
    run: (migrator) => whileLocked(() => migrator.migrate()),
    end: 'run-failed',
  },
  'is interrupted': { files: { '1.sql': 'SELECT pg_sleep(300)' }, run: interrupted, end: 'run-interrupted' },
  'is interrupted before it began': {
    run: (migrator) => migrator.migrate({ signal: AbortSignal.abort('SIGINT') }),
    end: 'run-interrupted',
  },
  'does not know its role': { options: { role: 'nobody_at_all' }, end: 'run-failed' },
};

describe('exactly one start and one end for a run that', () => {
  test.each(Object.entries(cases))('%s', async (_, { before, files = { '1.sql': 'SELECT 1' }, options, run, end }) => {
    if (before) await (await migratorOn(db, before)).migrator.migrate();
    const onDisk = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, String(text).replace('$db', db.name)]),
    );
    const { migrator, events } = await migratorOn(db, onDisk, options);
    await (run ?? ((given: Migrator) => given.migrate()))(migrator).catch(() => {});
    expect(typesOf(events)[0]).toBe('run-started');
    expect(typesOf(events).filter((type) => type === 'run-started' || ENDS.includes(type))).toEqual([
      'run-started',
      end,
    ]);
    expect(typesOf(events).at(-1)).toBe(end);
    const [{ runId } = { runId: '' }] = events as { runId?: string }[];
    expect(runId).toMatch(/^[0-9a-f-]{36}$/);
    for (const event of events) {
      expect(event).toMatchObject({ runId, target: `${db.name}/shared.schema_migrations`, at: expect.any(Date) });
      expect(Math.abs(event.at.getTime() - Date.now())).toBeLessThan(60_000);
    }
  });
});

test('a lost connection that turned out well: each migration is reported as applied, and the run as finished', async () => {
  const proxy = await startCountingProxy(db.connectionString, {
    freeze: (text) => (text.includes('CREATE TABLE two') ? 'after' : undefined),
  });
  const files = { '1.sql': 'CREATE TABLE one ()', '2.sql': 'CREATE TABLE two ()', '3.sql': 'CREATE TABLE three ()' };
  const { migrator, events } = await migratorOn(db, files, {
    connectionString: proxy.connectionString,
    timeouts: { network: 500 },
  });
  const run = await migrator.migrate();
  expect(run.applied).toEqual(Object.keys(files));
  expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied', '3.sql': 'applied' });
  const applied = events.flatMap((event) => (event.type === 'migration-applied' ? [event.file] : []));
  expect(applied).toEqual(Object.keys(files));
  expect(typesOf(events).filter((type) => type === 'run-started' || ENDS.includes(type))).toEqual([
    'run-started',
    'run-finished',
  ]);
  expect(events.at(-1)).toMatchObject({ type: 'run-finished', applied: Object.keys(files), appliedByOthers: [] });
  expect(typesOf(events)).not.toContain('run-failed');
});

describe('waiting for the lock', () => {
  test('is told with the holder and the time that is left, and so is obtaining it', async () => {
    const { migrator, events } = await migratorOn(db, { '1.sql': 'SELECT 1' }, { timeouts: { migrationLock: 60_000 } });
    let run: Promise<unknown> | undefined;
    let holder = 0;
    await whileLocked(async (pid) => {
      holder = pid;
      run = migrator.migrate();
      await until(() => typesOf(events).includes('lock-waiting'));
    });
    await run;
    const waiting = events.find(({ type }) => type === 'lock-waiting');
    expect(waiting).toMatchObject({
      waitedMs: expect.any(Number),
      remainingMs: expect.any(Number),
      holder: { pid: holder, applicationName: 'test-support', since: expect.any(Date), running: null, blockedBy: [] },
    });
    if (waiting?.type !== 'lock-waiting') throw new Error('nobody waited');
    expect(waiting.waitedMs + waiting.remainingMs).toBe(60_000);
    const acquired = events.find(({ type }) => type === 'lock-acquired');
    expect(acquired).toMatchObject({ waitedMs: expect.any(Number) });
    if (acquired?.type !== 'lock-acquired') throw new Error('the lock was not obtained');
    expect(acquired.waitedMs).toBeGreaterThan(0);
    expect(typesOf(events).indexOf('lock-acquired')).toBeGreaterThan(typesOf(events).indexOf('lock-waiting'));
  });

  test('a waiter says what the other process applied, in its event, in its result and in its line', async () => {
    const files = { '1.sql': 'SELECT pg_sleep(0.7)', '2.sql': 'SELECT 2' };
    const holder = await migratorOn(db, files);
    const waiter = await migratorOn(db, files);
    const holding = holder.migrator.migrate();
    await until(() => typesOf(holder.events).includes('migration-started'));
    const waited = await waiter.migrator.migrate();
    await holding;
    expect(waited).toMatchObject({ applied: [], appliedByOthers: ['1.sql', '2.sql'] });
    expect(waiter.events.at(-1)).toMatchObject({
      type: 'run-finished',
      applied: [],
      appliedByOthers: ['1.sql', '2.sql'],
    });
    expect(lines(waiter.events).at(-1)).toBe(
      'Database is up to date (2 applied); another process applied 1.sql, 2.sql',
    );
    expect(lines(waiter.events)[0]).toMatch(/^Waiting for the migration lock, held by backend \d+ .*, running 1\.sql/);
  });
});

test('the lines name database and table, and count what is there', async () => {
  const names = Array.from({ length: 17 }, (_, i) => `${String(i + 1).padStart(3, '0')}.sql`);
  const files = Object.fromEntries(names.map((name) => [name, 'SELECT 1']));
  const { migrator, events } = await migratorOn(db, files);
  await migrator.migrate();
  expect(lines(events)).toEqual([
    `Applying 17 pending migrations to ${db.name}/shared.schema_migrations`,
    ...names.map((name) => `Applied ${name} in N ms`),
    'Applied 17 migrations in N ms',
  ]);
  const before = events.length;
  await migrator.migrate();
  expect(lines(events.slice(before))).toEqual(['Database is up to date (17 applied)']);
  expect(migrator.target).toBe(`${db.name}/shared.schema_migrations`);
});
