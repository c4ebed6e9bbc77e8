import { expect, test } from '@jest/globals';
import { firstSessionStep } from '../../../../src/core/sql/statements/session-state.js';
import { makeSteps } from '../../../../src/core/sql/statements/steps.js';
import { parseStatements } from '../../../../src/postgres/parser/parse-sql.js';

/** The text of the step that leaves something behind. */
async function leaving(sql: string): Promise<string | undefined> {
  const step = firstSessionStep(makeSteps(sql, (await parseStatements(sql)) ?? []).steps);
  return step && sql.slice(step.start, step.end);
}

test.each([
  'SET search_path = public',
  'RESET work_mem',
  'CREATE TEMP TABLE t ()',
  'CREATE TEMP TABLE t AS SELECT 1',
  'PREPARE p AS SELECT 1',
  'LISTEN channel',
  `LOAD 'auto_explain'`,
  `SELECT set_config('work_mem', '1MB', false)`,
  `SELECT pg_catalog.set_config('work_mem', '1MB', false)`,
  'DECLARE c CURSOR WITH HOLD FOR SELECT 1',
  'SELECT 1 INTO TEMP t',
  'CREATE TEMP VIEW v AS SELECT 1',
  'CREATE TEMP SEQUENCE s',
  'CREATE TABLE pg_temp.t ()',
  'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE',
  `DO $$ BEGIN PERFORM set_config('search_path', 'a', false); END $$`,
  'DO $$ BEGIN PERFORM pg_advisory_lock(7); END $$',
  'SELECT 1 WHERE pg_try_advisory_lock(7)',
])('%s leaves something for the steps behind it', async (statement) => {
  expect(await leaving(`${statement}; SELECT 1`)).toBe(statement);
  expect(await leaving(`SELECT 1; ${statement}`)).toBe(statement.includes('advisory') ? statement : undefined);
});

test.each([
  'CREATE VIEW next AS SELECT FROM jobs WHERE pg_try_advisory_lock(id)',
  'CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC SELECT pg_advisory_lock(1); END',
])('%s locks nothing yet', async (statement) => {
  expect(await leaving(`SELECT 1; ${statement}`)).toBeUndefined();
});

test.each([
  'SET LOCAL search_path = public',
  'CREATE TABLE t ()',
  'CREATE TEMP TABLE t () ON COMMIT DROP',
  'CREATE TEMP TABLE t ON COMMIT DROP AS SELECT 1',
  'SELECT pg_advisory_xact_lock(7)',
  'DO $$ BEGIN PERFORM pg_advisory_lock(7); PERFORM pg_advisory_unlock(7); END $$',
  `CREATE FUNCTION f() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT set_config('a.b', '1', false); END`,
  `DO $$ BEGIN RAISE NOTICE 'set_config'; END $$`,
  'VACUUM t',
])('%s leaves nothing', async (statement) => {
  expect(await leaving(`${statement}; SELECT 1`)).toBeUndefined();
});
