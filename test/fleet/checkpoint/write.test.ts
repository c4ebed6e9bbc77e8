import { afterAll, describe, expect, test } from '@jest/globals';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../support/database/database.js';
import { testWithDump } from '../../support/database/dump.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { dumpOf } from '../../support/programs/pg-dump.js';
import { quoteIdentifier } from '../../../src/core/sql/text/quote.js';
import { fleetOn, inBrief } from '../fleet-on.js';
import { FILES, SHARED } from './tenant-files.js';

const db = useEmptyDatabase('tenant_checkpoint');
const others: TestDatabase[] = [];
afterAll(() => Promise.all(others.map((each) => each.drop())));

/** What a dump says about a schema, with another word for its name and for times. */
async function dumpOfSchema(schema: string): Promise<string> {
  const text = await dumpOf(db.connectionString, ['-n', quoteIdentifier(schema)]);
  const statements = text.replaceAll(/^(?:--|\\).*$/gm, '').replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*/g, 'time');
  return statements
    .replaceAll(quoteIdentifier(schema), '#')
    .replaceAll(`'${schema}'`, "'#'")
    .replaceAll(new RegExp(`\\b${schema}\\b`, 'g'), '#');
}

testWithDump('a new tenant that starts at a checkpoint is like one that ran the files', async () => {
  const tenants = [
    { name: 'old', schema: 'old' },
    { name: 'odd', schema: 'An Odd-Name' },
    { name: 'middle', schema: 'middle' },
  ];
  const given = { connectionString: db.connectionString, tenants: { list: tenants } };
  await db.query('CREATE SCHEMA middle');
  const part = await fleetOn(SHARED, { ...given, files: { '1_tables.sql': FILES['1_tables.sql'] } });
  await part.fleet.migrate({ tenants: ['middle'] });
  const { fleet, directory } = await fleetOn(SHARED, { ...given, files: FILES });
  for (const tenant of tenants.slice(0, 2)) await fleet.provision(tenant);
  const report = await fleet.checkpoint('4');
  const replaced = Object.keys(FILES).slice(0, 4);
  expect(report).toMatchObject({ file: '4_checkpoint.sql', replaces: replaced, supersedes: [] });
  const again = await fleet.checkpoint('4', { dryRun: true });
  expect(again.sql.replaceAll(LATER, '')).toBe(report.sql.replaceAll(LATER, ''));
  expect(inBrief(await fleet.migrate())).toEqual([
    'old nothing-to-do',
    'odd nothing-to-do',
    `middle applied ${Object.keys(FILES).slice(1).join(' ')}`,
  ]);
  const fresh = [
    { name: 'new', schema: 'fresh' },
    { name: 'new-odd', schema: 'Odd too' },
  ];
  for (const tenant of fresh)
    expect((await fleet.provision(tenant)).applied).toEqual(['4_checkpoint.sql', '5_later.sql']);
  for (const file of replaced) await rm(join(directory, file));
  const list = [...tenants, ...fresh];
  const { fleet: all } = await fleetOn(SHARED, { ...given, files: await filesIn(directory), tenants: { list } });
  const drift = await all.drift();
  expect(drift.tenants.map(({ tenant, findings, isCompared }) => [tenant, findings, isCompared])).toEqual(
    [...tenants, ...fresh].map(({ name }) => [name, [], true]),
  );
  const expected = await dumpOfSchema('old');
  expect(expected).toContain("'#'");
  for (const { schema } of fresh) expect(await dumpOfSchema(schema)).toBe(expected);
});

async function filesIn(directory: string): Promise<Record<string, string>> {
  const names = await readdir(directory);
  const files = names.map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(files));
}

/** What differs when a checkpoint is written later: times in rows, and so its checksum. */
const LATER = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*|^-- body: .*$/gm;

testWithDump(
  'strings in a checkpoint contain only what they contain in a file, whatever the schema is called',
  async () => {
    const files = {
      '1_a.sql': `CREATE TABLE a (id serial, t text DEFAULT 'x');
      CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = {{schema}} AS $$ SELECT count(*)::int FROM a $$;`,
    };
    const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list: [] } });
    await fleet.checkpoint('1');
    const schema = String.raw`it's \"odd\" $s$ here`;
    expect((await fleet.provision({ name: 'odd', schema })).applied).toEqual(['1_checkpoint.sql']);
    const name = quoteIdentifier(schema);
    const { rows } = await db.query(
      `INSERT INTO ${name}.a DEFAULT VALUES RETURNING id, ${name}.f() AS count, to_regclass('shared.schema_migrations_tenants') IS NOT NULL AS recorded`,
    );
    expect(rows).toEqual([{ id: 1, count: 1, recorded: true }]);
  },
);

testWithDump('the next checkpoint builds on one whose files are gone', async () => {
  const { fleet, directory } = await fleetOn(SHARED, {
    connectionString: db.connectionString,
    files: FILES,
    tenants: { list: [] },
  });
  const first = await fleet.checkpoint('2');
  for (const file of first.replaces) await rm(join(directory, file));
  expect(await fleet.checkpoint('4')).toMatchObject({
    replaces: Object.keys(FILES).slice(0, 4),
    supersedes: [first.file],
  });
  await rm(join(directory, first.file));
  const { fleet: all } = await fleetOn(SHARED, {
    connectionString: db.connectionString,
    files: await filesIn(directory),
    tenants: { list: [{ name: 'new', schema: 'fresh' }], history: 'per-tenant' },
  });
  await db.query('CREATE SCHEMA fresh');
  expect(inBrief(await all.migrate())).toEqual(['new applied 4_checkpoint.sql 5_later.sql']);
});

testWithDump('tenants with databases of their own start at a checkpoint too', async () => {
  const [one, two] = [await createTestDatabase('tenant_cp_one'), await createTestDatabase('tenant_cp_two')];
  others.push(one, two);
  const files = { '1_a.sql': 'CREATE TABLE a (id int); INSERT INTO a VALUES (1);', '2_b.sql': 'CREATE TABLE b ();' };
  const list = [{ name: 'one', connectionString: one.connectionString }];
  const given = { connectionString: db.connectionString, files, tenants: { list } };
  const { fleet } = await fleetOn({}, given);
  await fleet.migrate();
  expect((await fleet.checkpoint('2')).file).toBe('2_checkpoint.sql');
  expect((await fleet.provision({ name: 'two', connectionString: two.connectionString })).applied).toEqual([
    '2_checkpoint.sql',
  ]);
  expect((await two.query('SELECT id FROM a')).rows).toEqual([{ id: 1 }]);
  const elsewhere = [{ name: 'one', schema: 's', connectionString: one.connectionString }];
  const { fleet: schemas } = await fleetOn({}, { ...given, tenants: { list: elsewhere } });
  expect((await schemas.checkpoint('2', { dryRun: true })).sql).toContain('CREATE TABLE {{schema}}.a');
});

const withList = async (list: readonly [] | string, sql: string) => {
  const tenants = { list };
  const files = { '1_a.sql': sql };
  return (await fleetOn({}, { connectionString: db.connectionString, files, tenants })).fleet;
};

describe('without a tenant on the list', () => {
  test('nothing is written if nothing shows whether tenants have schemas', async () => {
    const fleet = await withList([], 'CREATE TABLE a ();');
    await expect(fleet.checkpoint('1')).rejects.toThrow(
      /the list of tenants is empty .* Add a tenant to the list; its schema need not exist\. \[CHECKPOINT\]$/,
    );
  });

  for (const [what, list, sql] of [
    ['a query as list', 'SELECT datname AS name FROM pg_database WHERE false', 'CREATE TABLE a ();'],
    ['the placeholder in a file', [], 'CREATE TABLE {{ schema }}.a ();'],
  ] as const)
    testWithDump(`${what} shows that tenants have schemas`, async () => {
      const fleet = await withList(list, sql);
      expect((await fleet.checkpoint('1', { dryRun: true })).sql).toContain('CREATE TABLE {{schema}}.a (');
    });
});

test('nothing is written for tenants of both kinds', async () => {
  const list = [
    { name: 'one', schema: 'one' },
    { name: 'two', connectionString: 'postgresql://127.0.0.1:1/two' },
  ];
  const files = { '1_a.sql': 'SELECT 1;' };
  const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } });
  await expect(fleet.checkpoint('1')).rejects.toThrow(
    'some tenants have a schema and others have none, for example one and two',
  );
});
