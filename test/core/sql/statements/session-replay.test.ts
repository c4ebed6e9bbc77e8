import { describe, expect, test } from '@jest/globals';
import { sessionLosses, sessionReplay } from '../../../../src/core/sql/statements/session-replay.js';
import { makeSteps, type Step } from '../../../../src/core/sql/statements/steps.js';
import { statementsOf } from './statements-of.js';

const stepsOf = async (sql: string): Promise<readonly Step[]> => makeSteps(sql, await statementsOf(sql)).steps;

describe('the settings of finished steps', () => {
  test.each<[string, string, string[]]>([
    ['SET and set_config, in their order', `SET search_path = a; INSERT INTO t VALUES (1); SELECT set_config('search_path', 'b', false); SET ROLE app`, ['SET search_path = a', `SELECT set_config('search_path', 'b', false)`, 'SET ROLE app']],
    ['set_config with its schema, as dumps write it', `SELECT pg_catalog.set_config('search_path', '', false)`, [`SELECT pg_catalog.set_config('search_path', '', false)`]],
    ['several in one query, made of other settings', `SELECT set_config('a.b', current_setting('a.c') || 'x', false), set_config('a.d', '1', false)`, [`SELECT set_config('a.b', current_setting('a.c') || 'x', false), set_config('a.d', '1', false)`]],
    ['SET SESSION CHARACTERISTICS', 'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE', ['SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE']],
    ['those of a group that commits', 'BEGIN; SET search_path = a; SET LOCAL work_mem = 64; COMMIT', ['SET search_path = a']],
    ['those of a READ ONLY group that commits', 'BEGIN READ ONLY; SET search_path = a; COMMIT', ['SET search_path = a']],
    ['none of a group that is rolled back', 'BEGIN; SET search_path = a; ROLLBACK', []],
    ['none of a group that is chained', 'BEGIN; SET search_path = a; ROLLBACK AND CHAIN; COMMIT', []],
    ['none before DISCARD ALL', 'SET search_path = a; DISCARD ALL; SET work_mem = 64', ['SET work_mem = 64']],
    ['all around a DISCARD of something else', 'SET search_path = a; DISCARD TEMP; SET work_mem = 64', ['SET search_path = a', 'SET work_mem = 64']],
    ['RESET ALL and what follows', 'SET search_path = a; RESET ALL; SET work_mem = 64', ['RESET ALL', 'SET work_mem = 64']],
    ['LOAD, even around RESET ALL and DISCARD ALL', `LOAD 'a'; SET a.b = 1; RESET ALL; LOAD 'b'; DISCARD ALL`, [`LOAD 'a'`, `LOAD 'b'`]],
    ['RESET of one', 'SET search_path = a; RESET search_path', ['SET search_path = a', 'RESET search_path']],
    ['no SET LOCAL and no SET TRANSACTION', 'SET LOCAL search_path = a; SET TRANSACTION READ WRITE', []],
    ['no set_config whose value is data', `SELECT set_config('a.b', (SELECT max(n)::text FROM t), false); SELECT set_config('a.b', n, false) FROM t; SELECT set_config('a.b', nextval('s')::text, false)`, []],
    ['no set_config beside something else', `SELECT set_config('a.b', '1', false), f()`, []],
    ['no set_config that is only defined', `CREATE FUNCTION f() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT set_config('a.b', '1', false); END`, []],
  ])('are made again: %s', async (_, sql, expected) => {
    expect(sessionReplay(sql, await stepsOf(sql))).toEqual(expected);
  }); // prettier-ignore
});

describe('what a session took with it', () => {
  test.each<[string, string[]]>([
    ['CREATE TEMP TABLE a ()', ['temporary relation a']],
    ['CREATE TABLE pg_temp.a ()', ['temporary relation a']],
    ['CREATE TEMP TABLE a AS SELECT 1', ['temporary relation a']],
    ['SELECT 1 INTO TEMP a', ['temporary relation a']],
    ['CREATE TEMP SEQUENCE a', ['temporary relation a']],
    ['CREATE TEMP VIEW a AS SELECT 1', ['temporary relation a']],
    ['PREPARE a AS SELECT 1', ['prepared statement a']],
    ['DECLARE a CURSOR WITH HOLD FOR SELECT 1', ['cursor a']],
    ['LISTEN a', ['listener a']],
    ['SELECT pg_advisory_lock(1)', ['advisory lock undefined']],
    ['SELECT pg_try_advisory_lock_shared(1) FROM t', ['advisory lock undefined']],
    [`SELECT set_config('a.b', n, false) FROM t`, ['setting undefined']],
    [`DO $$ BEGIN PERFORM set_config('a.b', '1', false); END $$`, ['setting undefined']],
    ['DO $$ BEGIN PERFORM pg_advisory_lock(1); END $$', ['advisory lock undefined']],
    ['CREATE TEMP TABLE a (); PREPARE b AS SELECT 1; CREATE TEMP TABLE c ()', ['temporary relation a', 'prepared statement b', 'temporary relation c']],
  ])('is found: %s', async (sql, expected) => {
    const losses = sessionLosses(await stepsOf(sql));
    expect(losses.map(({ kind, name }) => `${kind} ${name}`)).toEqual(expected);
  }); // prettier-ignore

  test('comes with the statement that made it', async () => {
    const sql = 'SELECT 1; CREATE TEMP TABLE a (); SELECT 2';
    const [loss] = sessionLosses(await stepsOf(sql));
    expect(sql.slice(loss?.statement.start, loss?.statement.end)).toBe('CREATE TEMP TABLE a ()');
  });

  test.each([
    'CREATE TABLE a ()',
    'SET search_path = a',
    `SELECT set_config('a.b', '1', false)`,
    'CREATE TEMP TABLE a () ON COMMIT DROP',
    'DECLARE a CURSOR FOR SELECT 1',
    'SELECT pg_advisory_xact_lock(1)',
    'CREATE TEMP TABLE a (); DROP TABLE IF EXISTS b, pg_temp.a',
    'CREATE TEMP TABLE a (); DISCARD TEMP',
    'PREPARE a AS SELECT 1; DEALLOCATE a',
    'PREPARE a AS SELECT 1; DEALLOCATE ALL',
    'DECLARE a CURSOR WITH HOLD FOR SELECT 1; CLOSE a',
    'LISTEN a; UNLISTEN *',
    'SELECT pg_advisory_lock(1); SELECT pg_advisory_unlock(1)',
    'SELECT pg_advisory_lock(1); DO $$ BEGIN PERFORM pg_advisory_unlock(1); END $$',
    'SELECT pg_advisory_lock(1), pg_advisory_unlock(1)',
    `LOAD 'auto_explain'`,
    'CREATE TEMP TABLE a ON COMMIT DROP AS SELECT 1',
    'SELECT pg_advisory_lock(1); SELECT pg_advisory_lock(2); SELECT pg_advisory_unlock_all()',
    'CREATE TEMP TABLE a (); PREPARE b AS SELECT 1; SELECT pg_advisory_lock(1); DISCARD ALL',
    `SELECT set_config('a.b', n, false) FROM t; RESET ALL`,
    'BEGIN; CREATE TEMP TABLE a (); ROLLBACK',
    'CREATE VIEW v AS SELECT pg_advisory_lock(1)',
  ])('is nothing after %s', async (sql) => {
    expect(sessionLosses(await stepsOf(sql))).toEqual([]);
  });

  test.each<[string, string]>([
    ['DROP TABLE of another', 'CREATE TEMP TABLE a (); DROP TABLE b'],
    ['DEALLOCATE of another', 'PREPARE a AS SELECT 1; DEALLOCATE b'],
    ['DISCARD of something else', 'PREPARE a AS SELECT 1; DISCARD TEMP'],
    ['a lock that is released at once', 'SELECT pg_advisory_lock(1); SELECT pg_advisory_lock(2), pg_advisory_unlock(2)'],
    ['one unlock for two locks', 'SELECT pg_advisory_lock(1), 1; SELECT pg_advisory_lock(2); SELECT pg_advisory_unlock(1)'],
  ])('stays after %s', async (_, sql) => {
    expect(sessionLosses(await stepsOf(sql))).toHaveLength(1);
  }); // prettier-ignore
});
