import { describe, expect, test } from '@jest/globals';
import { mayNeedAutocommit, needsAutocommit } from '../../../../src/core/sql/statements/autocommit.js';
import { statementOf } from './statements-of.js';

const subscription = "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p";

describe('a statement that PostgreSQL refuses in a transaction', () => {
  test.each([
    'CREATE INDEX CONCURRENTLY i ON t (a)',
    'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)',
    'CREATE INDEX /* a */ CONCURRENTLY ON t (a)',
    'DROP INDEX CONCURRENTLY i',
    'DROP INDEX CONCURRENTLY IF EXISTS i',
    'REINDEX INDEX CONCURRENTLY i',
    'REINDEX TABLE CONCURRENTLY t',
    'REINDEX (CONCURRENTLY) TABLE t',
    'REINDEX (VERBOSE, CONCURRENTLY true) INDEX i',
    'REINDEX SCHEMA s',
    'REINDEX DATABASE',
    'REINDEX SYSTEM',
    'ALTER TABLE t DETACH PARTITION p CONCURRENTLY',
    'VACUUM',
    'VACUUM (FULL, ANALYZE) t',
    'CLUSTER',
    'CLUSTER VERBOSE',
    'CREATE DATABASE d',
    'DROP DATABASE IF EXISTS d',
    'DROP DATABASE d WITH (FORCE)',
    'ALTER DATABASE d SET TABLESPACE s',
    "CREATE TABLESPACE s LOCATION '/data'",
    'DROP TABLESPACE s',
    'ALTER SYSTEM SET work_mem = 1',
    'ALTER SYSTEM RESET ALL',
    'DISCARD ALL',
    "COMMIT PREPARED 'x'",
    "ROLLBACK PREPARED 'x'",
    subscription,
    `${subscription} WITH (create_slot)`,
    `${subscription} WITH (create_slot = on)`,
    `${subscription} WITH (enabled = false)`,
    'DROP SUBSCRIPTION s',
    'ALTER SUBSCRIPTION s REFRESH PUBLICATION',
    'ALTER SUBSCRIPTION s REFRESH PUBLICATION WITH (copy_data = false)',
    'ALTER SUBSCRIPTION s SET PUBLICATION p',
    'ALTER SUBSCRIPTION s ADD PUBLICATION p WITH (refresh = true)',
    'ALTER SUBSCRIPTION s DROP PUBLICATION p',
    'ALTER SUBSCRIPTION s SET (failover = true)',
    'ALTER SUBSCRIPTION s SET (two_phase = false)',
  ])('%s', async (sql) => {
    const { node } = await statementOf(sql);
    expect(node && needsAutocommit(node)).toBe(true);
  });
});

describe('a statement that can run in a transaction', () => {
  test.each([
    'CREATE INDEX i ON t (a)',
    'CREATE INDEX concurrently_built ON t (a)',
    'DROP INDEX i',
    'REINDEX INDEX i',
    'REINDEX TABLE t',
    'REINDEX (CONCURRENTLY false) TABLE t',
    'REINDEX (CONCURRENTLY off) TABLE t',
    'REINDEX (CONCURRENTLY 0) TABLE t',
    'REFRESH MATERIALIZED VIEW CONCURRENTLY v',
    'ALTER TABLE t DETACH PARTITION p',
    'ALTER TABLE t DETACH PARTITION p FINALIZE',
    'ALTER TABLE t ATTACH PARTITION p DEFAULT',
    'ANALYZE t',
    'CLUSTER t USING i',
    'ALTER DATABASE d CONNECTION LIMIT 5',
    "ALTER DATABASE d SET timezone = 'UTC'",
    'DISCARD TEMP',
    'DISCARD PLANS',
    'LOCK TABLE t IN EXCLUSIVE MODE',
    "SET LOCAL lock_timeout = '2s'",
    'DECLARE c CURSOR FOR SELECT 1',
    'CREATE TEMPORARY TABLE t (a int) ON COMMIT DROP',
    'SAVEPOINT s',
    'ROLLBACK TO SAVEPOINT s',
    "ALTER TYPE e ADD VALUE 'v'",
    `${subscription} WITH (create_slot = false)`,
    `${subscription} WITH (create_slot = off)`,
    `${subscription} WITH (create_slot = 'off')`,
    `${subscription} WITH (create_slot = 0)`,
    `${subscription} WITH (connect = false)`,
    'ALTER SUBSCRIPTION s ADD PUBLICATION p WITH (refresh = false)',
    'ALTER SUBSCRIPTION s ADD PUBLICATION p WITH (refresh = off)',
    'ALTER SUBSCRIPTION s DISABLE',
    'ALTER SUBSCRIPTION s SET (slot_name = NONE)',
    "ALTER SUBSCRIPTION s CONNECTION 'dbname=y'",
    "SELECT 'CREATE INDEX CONCURRENTLY i ON t (a)'",
    "COMMENT ON TABLE t IS 'VACUUM'",
    'DO $$ BEGIN EXECUTE $x$ VACUUM $x$; END $$',
    'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ VACUUM $$',
  ])('%s', async (sql) => {
    const { node } = await statementOf(sql);
    expect(node && needsAutocommit(node)).toBe(false);
  });
});

describe('a statement of which only the server knows', () => {
  test.each([
    ['a procedure, which may commit', 'CALL p()', true],
    ['a table that may be partitioned, reindexed', 'REINDEX TABLE t', true],
    ['a table that may be partitioned, clustered', 'CLUSTER t', true],
    ['a block that commits', 'DO $$ BEGIN PERFORM 1; commit; END $$', true],
    ['a block that rolls back', "DO LANGUAGE plpgsql 'BEGIN ROLLBACK; END'", true],
    ['a block that calls a procedure', 'DO $$ BEGIN CALL p(); END $$', true],
    ['a block that does none of these', 'DO $$ BEGIN PERFORM 1; END $$', false],
    [
      'a block that only mentions it',
      "DO $$ BEGIN PERFORM 'COMMIT'; /* ROLLBACK */ PERFORM committed(); END $$ -- CALL",
      false,
    ],
    ['anything else', 'SELECT 1', false],
  ])('%s', async (_, sql, expected) => {
    const { node } = await statementOf(sql);
    expect(node && mayNeedAutocommit(node)).toBe(expected);
  });
});
