import { catalogOf, tableFacts } from '../linted.js';
import { testRules } from './cases.js';

const plain = catalogOf({ orders: await tableFacts() });
const partitioned = catalogOf({ orders: await tableFacts({}, { kind: 'partitioned table' }) });

testRules({
  'create-index-without-concurrently': {
    found: [
      'CREATE INDEX a ON orders (id)',
      'CREATE UNIQUE INDEX ON sales.orders (id)',
      'CREATE INDEX IF NOT EXISTS a ON orders (lower(name)) WHERE id > 0',
      'BEGIN; CREATE INDEX a ON orders (id); COMMIT',
      '-- no-transaction\nCREATE INDEX a ON orders (id)',
      'CREATE TABLE orders_log (id int); CREATE INDEX a ON orders (id)',
      'CREATE TABLE audit.orders (id int); CREATE INDEX a ON orders (id)',
      'CREATE TABLE orders (id int); DROP TABLE orders; CREATE INDEX a ON orders (id)',
      ['CREATE TABLE IF NOT EXISTS orders (id int); CREATE INDEX a ON orders (id)', { catalog: plain }],
      ['CREATE INDEX a ON orders (id)', { catalog: partitioned }],
      ['CREATE INDEX a ON ONLY orders (id)', { catalog: plain }],
    ],
    harmless: [
      'CREATE INDEX CONCURRENTLY a ON orders (id)',
      'CREATE TABLE orders (id int); CREATE INDEX a ON orders (id)',
      'CREATE TABLE public.orders (id int); CREATE INDEX a ON orders (id)',
      'SET search_path TO audit; CREATE TABLE orders (id int); CREATE INDEX a ON audit.orders (id)',
      'CREATE TABLE IF NOT EXISTS orders (id int); CREATE INDEX a ON orders (id)',
      'CREATE TABLE orders AS SELECT 1 AS id; CREATE INDEX a ON orders (id)',
      'SELECT 1 AS id INTO orders; CREATE INDEX a ON orders (id)',
      'CREATE TEMP TABLE orders (id int); CREATE INDEX a ON orders (id)',
      'CREATE MATERIALIZED VIEW totals AS SELECT 1 AS id; CREATE INDEX a ON totals (id)',
      'CREATE TABLE draft (id int); ALTER TABLE draft RENAME TO orders; CREATE INDEX a ON orders (id)',
      'CREATE TABLE orders (id int); ALTER TABLE orders SET SCHEMA audit; CREATE INDEX a ON audit.orders (id)',
      ['CREATE INDEX a ON ONLY orders (id)', { catalog: partitioned }],
      ['CREATE TABLE audit.draft (); CREATE INDEX a ON draft (id)', { runner: { defaultSchema: 'audit' } }],
    ],
  },
  'drop-index-without-concurrently': {
    found: ['DROP INDEX a', 'DROP INDEX IF EXISTS sales.a, b CASCADE', 'ALTER INDEX a RENAME TO b; DROP INDEX b'],
    harmless: [
      'DROP INDEX CONCURRENTLY a',
      'DROP VIEW a',
      'CREATE TABLE orders (id int); CREATE INDEX a ON orders (id); DROP INDEX a',
      'CREATE TABLE orders (id int); CREATE INDEX a ON orders (id); ALTER INDEX a RENAME TO b; DROP INDEX b',
    ],
  },
  'reindex-without-concurrently': {
    found: [
      'REINDEX INDEX a',
      'REINDEX TABLE orders',
      'REINDEX (VERBOSE) SCHEMA sales',
      'REINDEX (CONCURRENTLY off) TABLE orders',
    ],
    harmless: [
      'REINDEX INDEX CONCURRENTLY a',
      'REINDEX (CONCURRENTLY) TABLE orders',
      'REINDEX (VERBOSE, CONCURRENTLY true) TABLE orders',
      'CREATE TABLE orders (id int); REINDEX TABLE orders',
      'CREATE TABLE orders (id int); CREATE INDEX a ON orders (id); REINDEX INDEX a',
    ],
  },
  'refresh-without-concurrently': {
    found: ['REFRESH MATERIALIZED VIEW totals', 'REFRESH MATERIALIZED VIEW sales.totals WITH NO DATA'],
    harmless: [
      'REFRESH MATERIALIZED VIEW CONCURRENTLY totals',
      'CREATE MATERIALIZED VIEW totals AS SELECT 1 WITH NO DATA; REFRESH MATERIALIZED VIEW totals',
    ],
  },
});
