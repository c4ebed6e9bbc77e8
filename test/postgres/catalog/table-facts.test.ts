import { describe, expect, test } from '@jest/globals';
import type { CatalogFacts } from '../../../src/core/lint/model/facts.js';
import { typeOf } from '../../../src/core/lint/syntax/types.js';
import { bodyOf } from '../../../src/core/lint/syntax/node.js';
import { readTableFacts } from '../../../src/postgres/catalog/table-facts.js';
import { ReadConnections } from '../../../src/postgres/connection/read-connections.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { serverMajor, testSince } from '../../support/server/since-version.js';

const db = useEmptyDatabase('facts');

/** @param names `name` or `schema.name` */
async function read(names: readonly string[], searchPath?: readonly string[]): Promise<CatalogFacts> {
  const connections = new ReadConnections(db.connectionString, 5_000);
  const relations = names.map((each) => {
    const [name = '', schema] = each.split('.').toReversed();
    return { schema, name };
  });
  try {
    return await connections.use((connection) => readTableFacts(connection, relations, searchPath));
  } finally {
    await connections.close();
  }
}

const factsOf = async (name: string, searchPath?: readonly string[]) =>
  (await read([name], searchPath)).tables[0]?.facts;

/** The relations that are found, with the names of their columns. */
async function columnsOf(...args: Parameters<typeof read>) {
  const { tables } = await read(...args);
  return tables.map(({ name, facts }) => [name, facts.columns.map((column) => column.name)]);
}

/** What holds for each column of a table after a change. */
async function holding(change: string) {
  await db.query(`CREATE TABLE a (x int, y int, old int); ALTER TABLE a DROP COLUMN old; ${change}`);
  return (await factsOf('a'))?.columns.map(({ name, notNull, checkedNotNull, unique }) => [
    name,
    Object.entries({ notNull, checkedNotNull, unique }).flatMap(([key, is]) => (is ? [key] : [])),
  ]);
}

describe('facts about tables', () => {
  test('have the version and the first schema of the path, whatever is asked', async () => {
    const { serverVersion, defaultSchema, tables } = await read([]);
    expect(Math.floor(serverVersion / 10_000)).toBe(serverMajor());
    expect([defaultSchema, tables]).toEqual(['public', []]);
    expect((await read(['no_such_table'], ['sales', 'public'])).defaultSchema).toBe('sales');
  });

  test('are found by schema or on the path, by name as it is', async () => {
    await db.query('CREATE SCHEMA sales; CREATE TABLE sales.a (x int); CREATE TABLE public.a (y int)');
    await db.query(`CREATE TABLE "it's \\ ""odd""" (z int)`);
    expect(await columnsOf(['a', 'sales.a', 'b', 'no_such_schema.a', `it's \\ "odd"`])).toEqual([
      [{ schema: undefined, name: 'a' }, ['y']],
      [{ schema: 'sales', name: 'a' }, ['x']],
      [{ schema: undefined, name: `it's \\ "odd"` }, ['z']],
    ]);
    expect(await columnsOf(['a'], ['no_such_schema', 'sales', 'public'])).toEqual([
      [{ schema: undefined, name: 'a' }, ['x']],
    ]);
  });

  test('have the estimated size, which is unknown before the table was analyzed', async () => {
    await db.query('CREATE TABLE a AS SELECT g, repeat(md5(g::text), 10) FROM generate_series(1, 1000) g');
    expect((await factsOf('a'))?.rows).toBeUndefined();
    await db.query('ANALYZE a');
    const facts = await factsOf('a');
    expect(facts).toMatchObject({ kind: 'table', rows: 1000 });
    const { rows } = await db.query<{ size: string }>(`SELECT pg_relation_size('a')::text AS size`);
    expect(facts?.bytes).toBe(Number(rows[0]?.size));
  });

  test('have the size of all partitions', async () => {
    await db.query(`CREATE TABLE a (x int) PARTITION BY RANGE (x);
      CREATE TABLE a1 PARTITION OF a FOR VALUES FROM (0) TO (10) PARTITION BY LIST (x);
      CREATE TABLE a11 PARTITION OF a1 DEFAULT; CREATE TABLE a2 PARTITION OF a DEFAULT;
      INSERT INTO a SELECT generate_series(0, 29); ANALYZE a, a11, a2`);
    expect(await factsOf('a')).toMatchObject({ kind: 'partitioned table', rows: 30, bytes: 2 * 8192 });
  });

  test.each([
    ['a view', 'CREATE VIEW r AS SELECT 1', 'view'],
    ['a materialized view', 'CREATE MATERIALIZED VIEW r AS SELECT 1', 'materialized view'],
    ['a sequence', 'CREATE SEQUENCE r', 'other'],
  ])('have the kind of %s', async (_, create, kind) => {
    await db.query(create);
    expect((await factsOf('r'))?.kind).toBe(kind);
  });

  test('have the table of an index', async () => {
    await db.query('CREATE SCHEMA sales; CREATE TABLE sales.a (x int PRIMARY KEY)');
    expect(await factsOf('sales.a_pkey')).toMatchObject({ kind: 'index', table: { schema: 'sales', name: 'a' } });
  });

  test('are read while another session locks the table', async () => {
    await db.query('CREATE TABLE a (x int CHECK (x IS NOT NULL))');
    await withClient(db.connectionString, async (client) => {
      await client.query('BEGIN; LOCK TABLE a IN ACCESS EXCLUSIVE MODE');
      expect((await factsOf('a'))?.columns).toMatchObject([{ name: 'x', checkedNotNull: true }]);
    });
  });
});

describe('facts about columns', () => {
  test.each([
    'int', 'bigint', 'text', 'varchar', 'varchar(20)', 'char(3)', 'numeric', 'numeric(5)', 'numeric(10,2)', 'timestamptz',
    'timestamp(3)', 'time(0) with time zone', 'interval', 'uuid', 'varchar(10)[]', 'bit varying(5)', 'json', 'int4range',
  ])('have a type as statements write it: %s', async (type) => {
    await db.query(`CREATE TABLE a (x ${type})`);
    const [cast] = (await parseStatements(`SELECT NULL::${type}`)) ?? [];
    const target = bodyOf('ResTarget', bodyOf('SelectStmt', cast?.node)?.targetList?.[0])?.val;
    expect((await factsOf('a'))?.columns[0]?.type).toEqual(typeOf(bodyOf('TypeCast', target)?.typeName));
  }); // prettier-ignore

  test.each<[string, string[]]>([
    ['', []],
    ['ALTER TABLE a ALTER x SET NOT NULL', ['notNull']],
    ['ALTER TABLE a ADD CHECK (x IS NOT NULL)', ['checkedNotNull']],
    ['ALTER TABLE a ADD CHECK (x IS NOT NULL) NOT VALID', []],
    ['ALTER TABLE a ADD CHECK (x IS NULL)', []],
    ['ALTER TABLE a ADD CHECK (x IS NOT NULL OR x > 0)', []],
    ['ALTER TABLE a ADD CHECK (x IS NOT NULL AND y IS NOT NULL)', []],
    ['ALTER TABLE a ADD UNIQUE (x)', ['unique']],
    ['CREATE UNIQUE INDEX ON a (x) INCLUDE (y)', ['unique']],
    ['CREATE UNIQUE INDEX ON a (x, y)', []],
    ['CREATE UNIQUE INDEX ON a (x) WHERE y > 0', []],
    ['CREATE UNIQUE INDEX ON a ((x + 1))', []],
    ['CREATE INDEX ON a (x)', []],
    ['ALTER TABLE a ADD PRIMARY KEY (x)', ['notNull', 'unique']],
  ])('say what holds for every row after: %s', async (change, holds) => {
    expect(await holding(change)).toEqual([
      ['x', holds],
      ['y', []],
    ]);
  });

  testSince(18, 'NOT NULL … NOT VALID')('say that a column marked NOT NULL has not been checked yet', async () => {
    expect(await holding('ALTER TABLE a ADD CONSTRAINT n NOT NULL x NOT VALID')).toEqual([
      ['x', []],
      ['y', []],
    ]);
    await db.query('ALTER TABLE a VALIDATE CONSTRAINT n');
    expect((await factsOf('a'))?.columns[0]?.notNull).toBe(true);
  });
});
