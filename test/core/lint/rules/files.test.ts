import { describe, expect, test } from '@jest/globals';
import { DEFAULT_DELIMITERS } from '../../../../src/core/compile/placeholders.js';
import { linted } from '../linted.js';
import { testRules } from './cases.js';

const steps = (statement: string): string => `-- no-transaction\nSELECT 1; ${statement}`;
const placeholders = { values: { tenant: 'acme' }, delimiters: DEFAULT_DELIMITERS };

testRules({
  'missing-if-not-exists': {
    found: [
      steps('CREATE TABLE a ()'),
      steps('CREATE INDEX CONCURRENTLY i ON a (b)'),
      steps('CREATE SCHEMA a'),
      steps('CREATE EXTENSION citext'),
      steps('CREATE SEQUENCE a'),
      steps('CREATE MATERIALIZED VIEW a AS SELECT 1'),
      steps('ALTER TABLE a ADD COLUMN b int'),
      steps('ALTER TABLE a DROP COLUMN b'),
      steps('ALTER TABLE a DROP CONSTRAINT b'),
      steps("ALTER TYPE a ADD VALUE 'b'"),
      steps('DROP TABLE a'),
      steps('DROP INDEX CONCURRENTLY i'),
    ],
    harmless: [
      'CREATE TABLE a (); DROP TABLE b',
      'CREATE INDEX CONCURRENTLY i ON a (b)', // nothing before it has to run again
      steps('CREATE TABLE IF NOT EXISTS a ()'),
      steps('CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b)'),
      steps('CREATE INDEX CONCURRENTLY ON a (b)'), // IF NOT EXISTS needs a name
      steps('ALTER TABLE a ADD COLUMN IF NOT EXISTS b int, DROP COLUMN IF EXISTS c'),
      steps("ALTER TYPE a ADD VALUE IF NOT EXISTS 'b'"),
      steps("ALTER TYPE a RENAME VALUE 'b' TO 'c'"),
      steps('DROP TABLE IF EXISTS a'),
      steps('CREATE VIEW a AS SELECT 1'),
    ],
  },
  'leftover-placeholder': {
    found: [
      "INSERT INTO a VALUES ('{{tenant}}')",
      'CREATE TABLE {{ tenant }}.a ()',
      'SELECT $$ ${TENANT} $$',
      'SELECT "<%= tenant %>"',
      ["SELECT '${tenant}', '{{tenant}}'", { placeholders }],
    ],
    harmless: [
      ["SELECT '{{tenant}}'", { placeholders }],
      '-- for {{tenant}}\nSELECT 1 /* ${tenant} */',
      "SELECT '{{1,2},{3,4}}'::int[], '{\"a\": {\"b\": 1}}', '$tenant', '{{#if}}'",
    ],
  },
  'unreadable-statement': {
    found: ['SELECT 1; SELEC 2', 'CREATE TABLE a (id int) WITH MAGIC'],
    harmless: ['SELECT 1', '', '-- nothing', "SET standard_conforming_strings = off; SELECT 'a\\'"],
  },
  'refused-file': {
    found: [
      '\\connect other',
      'BEGIN; SELECT 1',
      '-- lock-timeout: soon\nSELECT 1',
      ["SELECT '{{region}}'", { placeholders }],
    ],
    harmless: [
      'SELECT 1',
      'BEGIN; SELECT 1; COMMIT',
      '-- lock-timeout: 5s\nSELECT 1',
      ["SELECT '{{tenant}}'", { placeholders }],
    ],
  },
});

describe('duplicate-version', () => {
  test.each([
    [['004_orders.sql', '004_invoices.sql'], true],
    [['004_orders.sql', '4_invoices.sql'], true],
    [['20240131_orders.sql', '20240131000000_invoices.sql'], true],
    [['004_orders.sql', '004.1_invoices.sql'], false],
    [['004_orders.sql', '005_orders.sql'], false],
  ])('in %j: %s', async (names, found) => {
    const diagnostics = await linted(Object.fromEntries(names.map((name) => [name, 'SELECT 1'])));
    const expected = names.map((file) => [file, 'duplicate-version', undefined]);
    const places = new Map(diagnostics.map(({ file, rule, line }) => [file, [file, rule, line]]));
    expect(names.flatMap((name) => (places.has(name) ? [places.get(name)] : []))).toEqual(found ? expected : []);
  });
});
