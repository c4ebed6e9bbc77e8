import { afterEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { MigrationFailedError, type MigrationEvent, type MigratorOptions } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('limits');
afterEach(() => expectNoLeftovers(db));

/** Somebody who forgot a transaction. */
async function whileUsersAreRead(work: (pid: number) => Promise<void>): Promise<void> {
  await db.query('CREATE TABLE users (id int); CREATE TABLE others (id int)');
  const client = new pg.Client({ connectionString: db.connectionString, application_name: 'psql of Bob' });
  await client.connect();
  try {
    await client.query('BEGIN; SELECT FROM users');
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await work(rows[0]?.pid ?? 0);
  } finally {
    await client.end();
  }
}

async function failing(
  sql: string,
  timeouts: NonNullable<MigratorOptions['timeouts']>,
): Promise<{ error: MigrationFailedError; events: readonly MigrationEvent[] }> {
  const { migrator, events } = await migratorOn(db, { '1.sql': sql }, { timeouts });
  return { error: await failureOf(migrator.migrate(), MigrationFailedError), events };
}

const reasons = (events: readonly MigrationEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'migration-retry' ? [event.reason] : []));

const ALTER = 'ALTER TABLE users ADD COLUMN name text';
const BOTH = `ALTER TABLE others ADD COLUMN name text;\n${ALTER};`;

describe('a retry after a lock timeout', () => {
  test.each([
    ['transactional', BOTH],
    ['transactional with a transaction of its own', `BEGIN;\n${BOTH}\nCOMMIT;`],
    ['non-transactional', `-- no-transaction\n-- lock-timeout: 150ms\n${BOTH}`],
  ])('of a %s migration names the table and who keeps it', async (_, sql) => {
    await whileUsersAreRead(async (pid) => {
      const { events } = await failing(sql, { tableLock: 150, tableLockRetries: 2 });
      const reason = `canceling statement due to lock timeout: users is locked by backend ${pid} (psql of Bob, idle in transaction)`;
      expect(reasons(events)).toEqual([reason, reason]);
    });
  });

  test('succeeds once the other one has gone', async () => {
    const client = new pg.Client({ connectionString: db.connectionString });
    await db.query('CREATE TABLE users (id int)');
    await client.connect();
    await client.query('BEGIN; SELECT FROM users');
    const { migrator, events } = await migratorOn(
      db,
      { '1.sql': ALTER },
      {
        timeouts: { tableLock: 100, tableLockRetries: 5 },
        onEvent: ({ type }) => void (type === 'migration-retry' && client.query('COMMIT')),
      },
    );
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
    await client.end();
    expect(reasons(events)).toHaveLength(1);
  });
});

describe('the failure after a limit says which one, and where it comes from:', () => {
  test('the lock timeout of the option', async () => {
    await whileUsersAreRead(async () => {
      const { error } = await failing(ALTER, { tableLock: 1_200, tableLockRetries: 0 });
      expect(error.failure.limit).toEqual({
        setting: 'lock_timeout',
        value: '1.2 s',
        source: 'the option "timeouts.tableLock"',
      });
      expect(error.message).toContain(
        'The limit in force was lock_timeout = 1.2 s, from the option "timeouts.tableLock".',
      );
    });
  });

  test.each([
    ['transactional', ''],
    ['non-transactional', '-- no-transaction\n'],
  ])('the lock timeout of the comment in a %s file', async (_, header) => {
    await whileUsersAreRead(async () => {
      const sql = `${header}-- lock-timeout: 200ms\n${ALTER}`;
      const { error } = await failing(sql, { tableLock: 60_000, tableLockRetries: 0 });
      expect(error.message).toContain(
        'The limit in force was lock_timeout = 200ms, from the comment at the top of the file.',
      );
    });
  });

  test.each([
    ['transactional', ''],
    ['non-transactional', '-- no-transaction\n'],
  ])('the statement timeout of the option in a %s file', async (_, header) => {
    const { error } = await failing(`${header}SELECT pg_sleep(60)`, { statement: 300 });
    expect(error.failure).toMatchObject({
      server: { sqlstate: '57014' },
      limit: { setting: 'statement_timeout', value: '300 ms', source: 'the option "timeouts.statement"' },
    });
    expect(error.message).toContain(
      'The limit in force was statement_timeout = 300 ms, from the option "timeouts.statement".',
    );
  });

  test.each([
    ['transactional', ''],
    ['non-transactional', '-- no-transaction\n'],
  ])('the statement timeout of the comment in a %s file', async (_, header) => {
    const { error } = await failing(`${header}-- statement-timeout: 250ms\nSELECT pg_sleep(60)`, { statement: 60_000 });
    expect(error.message).toContain(
      'The limit in force was statement_timeout = 250ms, from the comment at the top of the file.',
    );
  });

  test.each([
    ['SET', `SET lock_timeout = '100ms'`],
    ['SET LOCAL', `SET LOCAL lock_timeout = '100ms'`],
    ['set_config', `SELECT set_config('lock_timeout', '100ms', true)`],
  ])('nothing, rather than something wrong, when the file sets it with %s', async (_, set) => {
    await whileUsersAreRead(async () => {
      const { error } = await failing(`${set};\n${ALTER};`, { tableLock: 60_000, tableLockRetries: 0 });
      expect(error.failure).toMatchObject({ server: { sqlstate: '55P03' }, limit: undefined });
      expect(error.message).not.toContain('timeouts.tableLock');
    });
  });

  test('nothing when there is no limit: somebody cancelled the statement', async () => {
    const sql = 'DO $$ BEGIN PERFORM pg_cancel_backend(pg_backend_pid()); PERFORM pg_sleep(60); END $$';
    const { error } = await failing(sql, {});
    expect(error.failure).toMatchObject({ server: { sqlstate: '57014' }, limit: undefined });
    expect(error.message).not.toContain('The limit in force');
  });
});
