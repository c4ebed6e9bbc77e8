import { expect, test } from '@jest/globals';
import { otherRowsRead, relationsCreated } from '../../../src/core/checkpoint/rows-read.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';

async function read(sql: string, own?: readonly string[]): Promise<string | undefined> {
  const parsed = await parseStatements(sql);
  const node = parsed?.[0]?.node;
  if (!node) throw new Error('not parsed');
  return otherRowsRead(node, sql, { schema: 'zt', own: own && new Set(own) });
}

test.each([
  ['INSERT INTO a SELECT * FROM shared.levels', 'shared.levels'],
  ['UPDATE a SET x = l.x FROM shared.levels l', 'shared.levels'],
  ['CREATE TABLE b AS SELECT * FROM shared.levels', 'shared.levels'],
  ['SELECT set_config($$a$$, (SELECT name FROM shared.levels), false)', 'shared.levels'],
  ['DO $$ BEGIN INSERT INTO a SELECT * FROM "Shared".levels; END $$', 'Shared.levels'],
])('%s reads rows that are not the tenant’s', async (sql, expected) => {
  expect(await read(sql)).toBe(expected);
});

test.each([
  'INSERT INTO zt.a SELECT * FROM zt.b JOIN c ON true',
  'INSERT INTO shared.levels VALUES (1)',
  'WITH l AS (SELECT 1) INSERT INTO a SELECT * FROM l',
  'CREATE TABLE a (l int REFERENCES shared.levels)',
  'CREATE VIEW v AS SELECT * FROM shared.levels',
  'CREATE MATERIALIZED VIEW v AS SELECT * FROM shared.levels',
  'SELECT count(*) FROM pg_catalog.pg_class',
  'DO $$ BEGIN INSERT INTO a SELECT * FROM zt.b; END $$',
])('%s does not', async (sql) => {
  expect(await read(sql)).toBeUndefined();
});

test('with more schemas in the search_path, an unqualified name counts unless the tenant has created it', async () => {
  expect(await read('INSERT INTO a SELECT * FROM levels', [])).toBe('levels');
  expect(await read('INSERT INTO a SELECT * FROM b', ['b'])).toBeUndefined();
  expect(await read('WITH l AS (SELECT 1) SELECT * INTO b FROM l', ['a'])).toBeUndefined();
});

test.each([
  ['CREATE TABLE a ()', ['a']],
  ['CREATE VIEW v AS SELECT 1', ['v']],
  ['CREATE TABLE b AS SELECT 1', ['b']],
  ['SELECT 1 INTO b', ['b']],
  ['ALTER TABLE a RENAME TO c', ['a', 'c']],
  ['DROP TABLE a', []],
])('%s creates %j', async (sql, expected) => {
  const [first] = (await parseStatements(sql)) ?? [];
  expect(first?.node && relationsCreated(first.node)).toEqual(expected);
});
