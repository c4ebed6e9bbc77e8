import { testRules } from './cases.js';

const alter = 'ALTER TABLE orders ADD COLUMN a int;';
const unlimited = '-- lock-timeout: 0\n';

testRules({
  'access-exclusive-held': {
    found: [
      `${alter} UPDATE orders SET a = 1 WHERE id = 1`,
      `${alter} INSERT INTO log SELECT * FROM orders`,
      `${alter} SELECT count(*) FROM customers`,
      `${alter} DO $$ BEGIN PERFORM 1; END $$`,
      `${alter} CREATE TABLE copied AS SELECT * FROM orders`,
      `${alter} CREATE INDEX i ON orders (a)`,
      `${alter} ALTER TABLE customers ADD COLUMN b int`,
      `${alter} ALTER TABLE orders VALIDATE CONSTRAINT c`,
      'LOCK TABLE orders; UPDATE customers SET a = 1 WHERE id = 1',
      `-- no-transaction\nBEGIN; ${alter} DELETE FROM orders WHERE a = 1; COMMIT; SELECT 1`,
    ],
    harmless: [
      alter,
      `${alter} ALTER TABLE orders ADD COLUMN b int; ALTER TABLE orders ALTER b SET DEFAULT 1`,
      `${alter} INSERT INTO settings VALUES ('a', 'b')`,
      `${alter} COMMENT ON COLUMN orders.a IS 'a'`,
      `${alter} CREATE TABLE notes (id int); CREATE INDEX i ON notes (id)`,
      `${alter} CREATE TABLE notes AS SELECT 1 WITH NO DATA`,
      `${alter} CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; GRANT SELECT ON orders TO reader`,
      `${alter} SELECT set_config('a.b', 'c', true)`,
      `UPDATE orders SET a = 1 WHERE id = 1; ${alter}`,
      `ALTER TABLE orders ADD FOREIGN KEY (a) REFERENCES customers NOT VALID; UPDATE orders SET a = 1 WHERE id = 1`,
      `CREATE TABLE orders (id int); ${alter} UPDATE customers SET a = 1 WHERE id = 1`,
      `-- no-transaction\n${alter} UPDATE orders SET a = 1 WHERE id = 1`,
      `-- no-transaction\nBEGIN; ${alter} COMMIT; UPDATE orders SET a = 1 WHERE id = 1`,
    ],
  },
  'missing-lock-timeout': {
    found: [
      `${unlimited}${alter}`,
      `-- lock-timeout: 0ms\nCREATE INDEX i ON orders (a)`,
      `SET lock_timeout = 0; ${alter}`,
      `SET LOCAL lock_timeout TO '0s'; ${alter}`,
      [alter, { runner: { tableLockTimeoutMs: 0 } }],
      ['-- no-transaction\nVACUUM FULL orders', { runner: { tableLockTimeoutMs: 0 } }],
      `-- no-transaction\nSET lock_timeout = 0; ${alter}`,
      `-- no-transaction\nBEGIN; ${alter} ROLLBACK`,
    ],
    harmless: [
      alter,
      `-- lock-timeout: 10s\n${alter}`,
      [`-- lock-timeout: 10s\n${alter}`, { runner: { tableLockTimeoutMs: 0 } }],
      [`SET lock_timeout = '1s'; ${alter}`, { runner: { tableLockTimeoutMs: 0 } }],
      `${alter} SET lock_timeout = 0`,
      `${unlimited}UPDATE orders SET a = 1 WHERE id = 1`,
      `${unlimited}ALTER TABLE orders VALIDATE CONSTRAINT c`,
      `${unlimited}CREATE TABLE orders (); ${alter}`,
      'CREATE INDEX CONCURRENTLY i ON orders (a)',
      '-- no-transaction\nVACUUM FULL orders',
      `-- no-transaction\n${alter}`,
      `-- no-transaction\nBEGIN; SET LOCAL lock_timeout = 0; COMMIT; ${alter}`,
    ],
  },
  'session-lock': {
    found: [
      'SELECT pg_advisory_lock(1)',
      'SELECT pg_catalog.pg_try_advisory_lock(1, 2)',
      'DO $$ BEGIN PERFORM pg_advisory_lock(1); END $$',
    ],
    harmless: [
      'SELECT pg_advisory_xact_lock(1)',
      'SELECT pg_advisory_unlock(1)',
      'SELECT pg_advisory_lock(1), pg_advisory_unlock(1)',
      'CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC SELECT pg_advisory_lock(1); END',
      "SELECT 'pg_advisory_lock(1)'",
    ],
  },
  'set-search-path': {
    found: [
      'SET search_path TO sales, public',
      'SET LOCAL search_path = sales',
      "SELECT set_config('search_path', 'sales', true)",
      "SELECT set_config('search_path', current_setting('a.b'), false)",
    ],
    harmless: [
      "SET search_path = ''",
      "SELECT pg_catalog.set_config('search_path', '', false)",
      "SELECT set_config('a.b', 'sales', true)",
      'RESET search_path',
      'SET LOCAL lock_timeout = 100',
      'ALTER ROLE app SET search_path = sales',
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = sales AS 'SELECT 1'",
    ],
  },
});
