import { afterEach, describe, expect, test } from '@jest/globals';
import { serverRole } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { historyOf, outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('reset');
afterEach(() => expectNoLeftovers(db));

/** What a migration finds in its session. */
const RECORD_STATE = `
  CREATE TABLE IF NOT EXISTS public.seen (file text, state jsonb);
  INSERT INTO public.seen SELECT '%s', jsonb_build_object(
    'user', current_user, 'session', session_user, 'path', current_setting('search_path'), 'zone', current_setting('TimeZone'),
    'lock_timeout', current_setting('lock_timeout'), 'statement_timeout', current_setting('statement_timeout'),
    'strings', current_setting('standard_conforming_strings'), 'isolation', current_setting('default_transaction_isolation'),
    'custom', NULLIF(current_setting('my.setting', true), ''), 'temp', to_regclass('pg_temp.scratch')::text,
    'keepalive', current_setting('tcp_keepalives_idle'), 'user_timeout', current_setting('tcp_user_timeout'), 'idle', current_setting('idle_in_transaction_session_timeout'),%p 'cursors', (SELECT count(*) FROM pg_cursors),
    'channels', (SELECT count(*) FROM pg_listening_channels()), 'role', current_setting('role'),
    'replication', current_setting('session_replication_role'), 'locks', (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()));`;
const PREPARED = "'prepared', (SELECT count(*) FROM pg_prepared_statements),";
/** @param prepared what to insert: a file that names prepared statements is surrounded by none of ours. */
const recordState = (file: string, prepared = PREPARED): string =>
  RECORD_STATE.replace('%s', file).replace('%p', ` ${prepared}`);

describe('a migration finds the same session whatever the one before it did', () => {
  test.each(([
    ['settings', `SET search_path = pg_catalog; SET TimeZone = 'Asia/Tokyo'; SET lock_timeout = 7; SET statement_timeout = '90s'; SET my.setting = 'x'`],
    ['settings through a function', `SELECT set_config('search_path', 'pg_catalog', false), set_config('my.setting', 'x', false)`],
    ['the way strings are read', `SET standard_conforming_strings = off; SET backslash_quote = on`],
    ['the isolation of what follows', `SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE`],
    ['that nothing may be written', `SET default_transaction_read_only = on`],
    ['a role', `SET ROLE pg_monitor`],
    ['a session authorization', `SET SESSION AUTHORIZATION pg_monitor`],
    ['a role for its transaction', `SET LOCAL ROLE pg_monitor`],
    ['no triggers', `SET session_replication_role = replica`],
    ['temporary tables', `CREATE TEMP TABLE scratch (id int)`],
    ['a temporary table in the place of the history', `CREATE TEMP TABLE schema_migrations (id int)`],
    ['prepared statements', `PREPARE p AS SELECT 1`],
    ['a cursor that is held', `DECLARE c CURSOR WITH HOLD FOR SELECT 1`],
    ['a channel', `LISTEN news`],
    ['a lock that it keeps', `SELECT pg_advisory_lock(42)`],
    ['no lock at all', `SELECT pg_advisory_unlock_all()`],
    ['silence', `SET client_min_messages = error`],
  ] as const).flatMap(([sentence, sql]) => [
    [sentence, 'around files that may prepare statements', sql, PREPARED] as const,
    [sentence, 'where ours are prepared', sql, ''] as const,
  ]))('%s, %s', async (_sentence, _where, sql, prepared) => {
    const record = (file: string): string => recordState(file, prepared);
    const plain = await migratorOn(db, { '1.sql': record('1'), '2.sql': 'SELECT 2', '3.sql': record('3') }, { table: 'plain' });
    await plain.migrator.migrate();
    const { migrator } = await migratorOn(db, { '1.sql': record('1'), '2.sql': sql, '3.sql': record('3'), '4.sql': `DO $$ BEGIN RAISE NOTICE 'heard'; END $$` });
    await migrator.migrate();
    const { rows } = await db.query<{ state: Record<string, unknown> }>('SELECT state FROM seen');
    const [expected, , first, third] = rows.map(({ state }) => state);
    expect(first).toEqual(expected);
    // A session lock that a file takes on purpose is its own to give back; ours is looked after between messages.
    const { locks, ...rest } = expected ?? {};
    expect(third).toMatchObject(rest);
    expect(sql.includes('pg_advisory') ? locks : third?.['locks']).toEqual(locks);
    expect(Object.values(await outcomes(db))).toEqual(['applied', 'applied', 'applied', 'applied']);
    expect((await historyOf(db))[3]?.notices).toMatchObject([{ message: 'heard' }]);
  });
}); // prettier-ignore

test('a file that gives up its rights is recorded all the same, as the role that runs migrations', async () => {
  const { migrator } = await migratorOn(db, { '1.sql': 'SET ROLE pg_monitor', '2.sql': 'SELECT 2' });
  await migrator.migrate();
  expect(await historyOf(db)).toMatchObject([
    { error_message: null, executed_by: serverRole() },
    { error_message: null, executed_by: serverRole() },
  ]);
});

test('the lock is held again after a file released it, for all messages that follow', async () => {
  const held = `CREATE TABLE IF NOT EXISTS held (n bigint); INSERT INTO held SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`;
  const { migrator } = await migratorOn(db, {
    '1.sql': held,
    '2.sql': `SELECT pg_advisory_unlock_all(); -- ${'x'.repeat(1_000_000)}`,
    '3.sql': `${held}; -- ${'x'.repeat(500_000)}`,
  });
  await migrator.migrate();
  expect((await db.query('SELECT n::int FROM held')).rows).toEqual([{ n: 1 }, { n: 1 }]);
});

describe('timeouts', () => {
  test('of the options hold in every migration, those of the connection do not', async () => {
    const url = `${db.connectionString}?options=${encodeURIComponent('-c statement_timeout=300 -c lock_timeout=300')}`;
    const { migrator } = await migratorOn(
      db,
      { '1.sql': `SELECT pg_sleep(0.4); ${recordState('1')}` },
      {
        connection: { connectionString: url, query_timeout: 1, statement_timeout: 1 },
        timeouts: { statement: 7_000, tableLock: 3_000 },
      },
    );
    await migrator.migrate();
    const { rows } = await db.query<{ state: unknown }>('SELECT state FROM seen');
    expect(rows).toMatchObject([{ state: { statement_timeout: '7s', lock_timeout: '3s' } }]);
  });

  test('stop a migration that takes too long, which is a failure like any other', async () => {
    const { migrator } = await migratorOn(
      db,
      { '1.sql': 'SELECT 1;\nSELECT pg_sleep(5)' },
      { timeouts: { statement: 100 } },
    );
    await expect(migrator.migrate()).rejects.toThrow(
      '1.sql:2:1: canceling statement due to statement timeout (SQLSTATE 57014)',
    );
    expect(await outcomes(db)).toEqual({ '1.sql': 'canceling statement due to statement timeout (SQLSTATE 57014)' });
  });

  test('a query_timeout of the pool does not give up on a long migration', async () => {
    const pool = db.pool({ query_timeout: 100, max: 1 });
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT pg_sleep(0.3)' }, { pool });
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
    await pool.end();
  });
});
