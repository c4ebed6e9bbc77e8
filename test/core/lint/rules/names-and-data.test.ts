import { catalogOf, tableFacts } from '../linted.js';
import { testRules } from './cases.js';

const columns = { id: 'bigint', status: 'text' };
const small = catalogOf({ orders: await tableFacts(columns, { rows: 99_999 }) });
const large = catalogOf({ orders: await tableFacts(columns, { rows: 100_000 }) });
const unknownSize = catalogOf({ orders: await tableFacts(columns, { rows: undefined }) });
const keyed = catalogOf({ orders: await tableFacts(columns, { rows: 5_000_000, column: { unique: true } }) });
const batch = 'id IN (SELECT id FROM orders WHERE status IS NULL LIMIT 1000)';

testRules({
  'rename-column': {
    found: ['ALTER TABLE orders RENAME a TO b', 'ALTER VIEW open_orders RENAME COLUMN a TO b'],
    harmless: [
      'ALTER TABLE orders RENAME CONSTRAINT a TO b',
      'ALTER TYPE address RENAME ATTRIBUTE a TO b',
      'CREATE TABLE orders (a int); ALTER TABLE orders RENAME a TO b',
    ],
  },
  'rename-table': {
    found: [
      'ALTER TABLE orders RENAME TO purchases',
      'ALTER TABLE IF EXISTS sales.orders RENAME TO purchases',
      'ALTER VIEW open_orders RENAME TO open_purchases',
      'ALTER TABLE orders SET SCHEMA sales',
      'ALTER TABLE orders RENAME TO purchases; CREATE VIEW sales.orders AS SELECT * FROM purchases',
      '-- no-transaction\nALTER TABLE orders RENAME TO purchases; CREATE VIEW orders AS SELECT * FROM purchases',
    ],
    harmless: [
      'ALTER INDEX a RENAME TO b',
      'ALTER SEQUENCE a RENAME TO b',
      'ALTER TABLE orders RENAME TO purchases; CREATE VIEW orders AS SELECT * FROM purchases',
      'CREATE TABLE orders (); ALTER TABLE orders RENAME TO purchases',
      'CREATE VIEW open_orders AS SELECT 1; ALTER VIEW open_orders RENAME TO open_purchases',
    ],
  },
  'rename-enum-value': {
    found: ["ALTER TYPE state RENAME VALUE 'a' TO 'b'"],
    harmless: ["ALTER TYPE state ADD VALUE 'b'", 'ALTER TYPE state RENAME TO order_state'],
  },
  'drop-column': {
    found: ['ALTER TABLE orders DROP COLUMN a', 'ALTER TABLE orders ADD b int, DROP IF EXISTS a CASCADE'],
    harmless: [
      'ALTER TABLE orders DROP CONSTRAINT a',
      'ALTER TABLE orders ALTER a DROP DEFAULT',
      'CREATE TABLE orders (a int); ALTER TABLE orders DROP a',
    ],
  },
  'drop-table': {
    found: [
      'DROP TABLE orders',
      'DROP TABLE IF EXISTS sales.orders CASCADE',
      ['DROP TABLE IF EXISTS orders', { catalog: small }],
      'CREATE TABLE draft (); DROP TABLE draft, orders',
    ],
    harmless: [
      'DROP VIEW orders',
      'CREATE TABLE orders (); DROP TABLE orders',
      'CREATE TEMP TABLE orders (); DROP TABLE orders',
      ['DROP TABLE IF EXISTS no_such_table', { catalog: small }],
    ],
  },
  'truncate-cascade': {
    found: ['TRUNCATE orders CASCADE', 'TRUNCATE TABLE ONLY orders, customers RESTART IDENTITY CASCADE'],
    harmless: ['TRUNCATE orders', 'TRUNCATE orders RESTRICT', 'CREATE TABLE orders (); TRUNCATE orders CASCADE'],
  },
  'missing-where': {
    found: [
      "UPDATE orders SET status = 'open'",
      'DELETE FROM orders',
      'DELETE FROM orders USING customers',
      'WITH gone AS (DELETE FROM orders RETURNING *) SELECT count(*) FROM gone',
    ],
    harmless: [
      "UPDATE orders SET status = 'open' WHERE true",
      'DELETE FROM orders WHERE id = 1',
      'INSERT INTO orders (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2',
      'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM orders $$',
      'CREATE TABLE orders (); DELETE FROM orders',
    ],
  },
  'unbounded-write': {
    found: [
      ["UPDATE orders SET status = 'x' WHERE status = 'open'", { catalog: large }],
      ['DELETE FROM orders WHERE id > 5', { catalog: large }],
      ['DELETE FROM orders WHERE id = 5', { catalog: large }], // without a unique index
      ["DELETE FROM orders WHERE id = 5 OR status = 'x'", { catalog: keyed }],
      ['DELETE FROM orders WHERE id IN (SELECT id FROM old_orders)', { catalog: keyed }],
      ['DELETE FROM orders USING customers c WHERE orders.id = c.id', { catalog: keyed }],
      ["DELETE FROM orders WHERE status = 'x'", { catalog: small, settings: { largeTableRows: 10 } }],
    ],
    harmless: [
      ["DELETE FROM orders WHERE status = 'x'", {}],
      ["DELETE FROM orders WHERE status = 'x'", { catalog: small }],
      ["DELETE FROM orders WHERE status = 'x'", { catalog: unknownSize }],
      [`DELETE FROM orders WHERE ${batch}`, { catalog: large }],
      [`UPDATE orders SET status = 'x' WHERE ${batch} AND status = 'open'`, { catalog: large }],
      ['DELETE FROM orders WHERE id = 5', { catalog: keyed }],
      ["DELETE FROM orders o WHERE o.id IN (1, 2, 3) AND status = 'x'", { catalog: keyed }],
      ['DELETE FROM orders WHERE id = ANY (ARRAY[1, 2])', { catalog: keyed }],
      ['DELETE FROM orders WHERE id BETWEEN 1 AND 100', { catalog: keyed }],
      ['DELETE FROM orders', { catalog: large }], // another rule finds it
    ],
  },
  'vacuum-full': {
    found: ['VACUUM FULL orders', 'VACUUM (FULL, ANALYZE) orders', 'VACUUM FULL'],
    harmless: [
      'VACUUM orders',
      'VACUUM (FULL false) orders',
      'ANALYZE orders',
      '-- no-transaction\nCREATE TABLE orders (); VACUUM FULL orders',
    ],
  },
  cluster: {
    found: ['CLUSTER orders USING i', 'CLUSTER orders', 'CLUSTER'],
    harmless: [
      'ALTER TABLE orders CLUSTER ON i',
      'CREATE TABLE orders (a int PRIMARY KEY); CLUSTER orders USING orders_pkey',
    ],
  },
});
