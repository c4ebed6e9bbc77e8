import { describe, expect, test } from '@jest/globals';
import { renderFinding, type FleetDrift } from '../../../src/migrator.js';
import { quoteIdentifier } from '../../../src/core/sql/text/quote.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { fleetOn, tenantsUpTo } from '../fleet-on.js';

const db = useEmptyDatabase('tenant_majority');
const TABLES = { '1_a.sql': 'CREATE TABLE pupils (id serial, name text); CREATE VIEW v AS SELECT name FROM pupils;' };

async function migrated(schemas: readonly string[], files: Record<string, string> = TABLES, more: object = {}) {
  for (const schema of schemas) await db.query(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
  const list = schemas.map((schema, i) => ({ name: `t${i}`, schema }));
  const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list }, ...more });
  await fleet.migrate();
  return fleet;
}

const schemasUpTo = (count: number): string[] => tenantsUpTo(count).map(({ schema }) => schema ?? '');
const inBrief = ({ tenants }: FleetDrift): string[] =>
  tenants.flatMap(({ findings }) => findings.map(({ code, tenant, subject }) => `${tenant} ${code} ${subject}`));

describe('what most tenants have is decided object by object', () => {
  test('a table of its own in each tenant is found in each, and is missing in none', async () => {
    const fleet = await migrated(schemasUpTo(4));
    for (const i of [0, 1, 2, 3]) await db.query(`CREATE TABLE s${i}.backup_${i}x (id int)`);
    const found = await fleet.drift();
    expect(inBrief(found)).toEqual([0, 1, 2, 3].map((i) => `t${i} TENANT_OBJECT_ADDED Table backup_${i}x`));
    expect(found.tenants[2]?.findings[0]?.comparedWith).toEqual({ tenant: 't0', same: 3, of: 4 });
  });

  test('ignored objects have no vote', async () => {
    const fleet = await migrated(schemasUpTo(4), TABLES, { catalog: { ignore: ['*.tmp_*'] } });
    await db.query(`ALTER TABLE s0.pupils ADD COLUMN note text;
      CREATE TABLE s1.tmp_a (id int); CREATE TABLE s2.tmp_b (id int); CREATE TABLE s3.tmp_c (id int)`);
    expect(inBrief(await fleet.drift())).toEqual(['t0 TENANT_OBJECT_ADDED Column pupils.note']);
  });

  test('without a majority, the message says so', async () => {
    const fleet = await migrated(schemasUpTo(2));
    await db.query('ALTER TABLE s1.pupils ALTER name SET NOT NULL');
    const { tenants } = await fleet.drift();
    const text = tenants[1]?.findings.map(renderFinding).join('\n');
    expect(text).toContain('1 of 2 tenants with the same migrations, such as t0 (nothing has a majority)');
    expect(tenants[0]?.findings).toEqual([]);
  });
});

test('names that contain those of the schema, the tenant or its role make no difference', async () => {
  const files = {
    '1_a.sql': `CREATE TABLE pupils (id serial, name text);
      DO $$ BEGIN
        EXECUTE format('CREATE INDEX %I ON pupils (name)', current_schema() || '_name_idx');
        EXECUTE format('CREATE FUNCTION f() RETURNS text LANGUAGE sql SET search_path = %I AS %L', current_schema(), 'SELECT ' || quote_literal(current_schema()));
      END $$`,
  };
  const fleet = await migrated(["o'brien", "l'", 'oak', 'name', 'pupils'], files);
  expect(inBrief(await fleet.drift())).toEqual([]);
  await db.query('ALTER INDEX oak.oak_name_idx RENAME TO other_idx');
  expect(inBrief(await fleet.drift())).toEqual([
    't2 TENANT_OBJECT_MISSING Index {{schema}}_name_idx on pupils',
    't2 TENANT_OBJECT_ADDED Index other_idx on pupils',
  ]);
});

test('of more than twenty different schemas the most common ones are compared, and a warning says so', async () => {
  const fleet = await migrated(schemasUpTo(24));
  for (let i = 2; i < 24; i++) await db.query(`CREATE TABLE s${i}.own_${'x'.repeat(i)} (id int)`);
  const { tenants, findings } = await fleet.drift();
  expect(findings.map(renderFinding)).toEqual([
    expect.stringContaining(
      'The schemas of 3 tenants were not compared with those of others: only the 20 most common of 23 different schemas are compared',
    ),
  ]);
  const left = tenants.filter(({ isCompared }) => !isCompared);
  expect(left.map(({ tenant, notCompared }) => `${tenant}: ${notCompared}`)).toEqual(
    ['t21', 't22', 't23'].map((name) => `${name}: its schema is not one of the 20 most common ones`),
  );
  expect(tenants.filter((each) => each.findings.length > 0)).toHaveLength(19);
});

test('if each tenant has a value of its own, a warning says that none is compared', async () => {
  await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2');
  const list = tenantsUpTo(3).map((tenant, i) => ({ ...tenant, placeholders: { id: `${i}` } }));
  const files = { '1_a.sql': 'CREATE TABLE a (id int DEFAULT {{id}})' };
  const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } });
  await fleet.migrate();
  const { findings } = await fleet.drift();
  expect(findings.map(({ code, subject }) => [code, subject])).toEqual([
    ['TENANTS_NOT_COMPARED', 'The schemas of 3 tenants'],
  ]);
});
