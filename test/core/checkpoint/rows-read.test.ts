import { expect, test } from '@jest/globals';
import { foreignViews, tableReadOutsideTenant, relationsCreated } from '../../../src/core/checkpoint/rows-read.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';

async function read(sql: string, own?: readonly string[]): Promise<string | undefined> {
  const parsed = await parseStatements(sql);
  const node = parsed?.[0]?.node;
  if (!node) throw new Error('not parsed');
  return tableReadOutsideTenant(node, { schema: 'zt', own: own && new Set(own), foreign: new Set(['of_levels']) });
}

test.each([
  ['INSERT INTO a SELECT * FROM shared.levels', 'shared.levels'],
  ['UPDATE a SET x = l.x FROM shared.levels l', 'shared.levels'],
  ['CREATE TABLE b AS SELECT * FROM shared.levels', 'shared.levels'],
  ['SELECT set_config($$a$$, (SELECT name FROM shared.levels), false)', 'shared.levels'],
  ['DO $$ BEGIN INSERT INTO a SELECT * FROM "Shared".levels; END $$', 'Shared.levels'],
  ['DO $$ BEGIN INSERT INTO a SELECT l.name FROM (SELECT 1) x, shared.levels l; END $$', 'shared.levels'],
  ["DO $$ BEGIN EXECUTE 'INSERT INTO a SELECT 1 FROM shared.levels'; END $$", 'shared.levels'],
  ["DO $$ BEGIN EXECUTE E'INSERT INTO a SELECT 1\\nFROM shared.levels'; END $$", 'shared.levels'],
  ["DO $$ BEGIN EXECUTE e'INSERT INTO a SELECT \\'x\\' FROM shared.levels'; END $$", 'shared.levels'],
  ['DO $$ BEGIN INSERT INTO a SELECT 1 FROM (VALUES (1), (2)) v, shared.levels; END $$', 'shared.levels'],
  ['DO $$ BEGIN INSERT INTO a SELECT 1 FROM values v, shared.levels; END $$', 'shared.levels'],
  ['INSERT INTO a SELECT * FROM of_levels', 'of_levels'],
  ['INSERT INTO a SELECT * FROM zt.of_levels', 'zt.of_levels'],
  ['DO $$ BEGIN INSERT INTO a SELECT * FROM zt.of_levels; END $$', 'zt.of_levels'],
  ['INSERT INTO a SELECT rolname FROM pg_roles', 'pg_roles'],
  [
    "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'x') THEN GRANT SELECT ON a TO x; END IF; END $$",
    'pg_catalog.pg_roles',
  ],
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
  'DO $$ BEGIN INSERT INTO a SELECT extract(epoch from r.at), trim(both from r.x) FROM b; END $$',
  'DO $$ BEGIN IF x IS DISTINCT FROM r.x THEN NULL; END IF; END $$',
  'DO $$ BEGIN /* from r.x */ EXECUTE q USING r.x; -- join r.x\n END $$',
  'DO $$ BEGIN INSERT INTO a SELECT v.x FROM (VALUES (r.x, 1), (r.y, 2)) v (x, y); END $$',
  'DO $$ BEGIN INSERT INTO a SELECT r.x, r.y FROM b WHERE f(r.x, r.y); END $$',
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

test.each([
  ['CREATE VIEW v AS SELECT * FROM shared.levels', ['v']],
  ['CREATE MATERIALIZED VIEW m AS SELECT * FROM of_levels', ['m']],
  ['CREATE VIEW v AS SELECT * FROM b', []],
  ['CREATE TABLE c AS SELECT * FROM shared.levels', []],
])('of %s, %j depend on rows elsewhere', async (sql, expected) => {
  const [first] = (await parseStatements(sql)) ?? [];
  const scope = { schema: 'zt', own: undefined, foreign: new Set(['of_levels']) };
  expect(first?.node && foreignViews(first.node, scope)).toEqual(expected);
});
