import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  renderFinding,
  type FleetDrift,
  type FleetDriftOptions,
  type TenantDefinition,
} from '../../../src/migrator.js';
import { quoteIdentifier } from '../../../src/core/sql/text/quote.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { fleetOn, tenantsUpTo, type ObservedFleet } from '../fleet-on.js';

const db = useEmptyDatabase('tenant_drift');

/** Everything that refers to another object, and function bodies with the name of the schema in them. */
const FILES = {
  '1_tables.sql': `
    CREATE TYPE status AS ENUM ('new', 'old');
    CREATE TABLE pupils (id serial PRIMARY KEY, name text NOT NULL, state status DEFAULT 'new');
    CREATE TABLE {{schema}}.grades (pupil int REFERENCES {{schema}}.pupils, grade int CHECK (grade > 0));
    CREATE INDEX ON grades (pupil);
    CREATE VIEW best AS SELECT p.name FROM pupils p JOIN grades g ON g.pupil = p.id WHERE g.grade = 1;`,
  '2_functions.sql': `
    CREATE FUNCTION renamed(s status) RETURNS status LANGUAGE sql SET search_path = {{schema}}
      AS $$ SELECT state FROM {{schema}}.pupils LIMIT 1 -- in {{schema}} $$;
    CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN PERFORM '{{schema}}.pupils'::regclass; RETURN NEW; END $$;
    CREATE TRIGGER touch BEFORE UPDATE ON pupils FOR EACH ROW EXECUTE FUNCTION touched();`,
};

async function on(list: readonly TenantDefinition[], files: Record<string, string> = FILES, more: object = {}) {
  return fleetOn({}, { connectionString: db.connectionString, files, tenants: { list }, ...more });
}

/** A fleet whose tenants are all current. */
async function migrated(list: readonly TenantDefinition[], files?: Record<string, string>, more?: object) {
  for (const { schema } of list) await db.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema ?? '')}`);
  const observed = await on(list, files, more);
  await observed.fleet.migrate();
  return observed;
}

const drift = ({ fleet }: ObservedFleet, options?: FleetDriftOptions): Promise<FleetDrift> => fleet.drift(options);
const inBrief = ({ tenants }: FleetDrift): string[] =>
  tenants.flatMap(({ findings }) => findings.map(({ code, tenant, subject }) => `${tenant} ${code} ${subject}`));

describe('schemas of tenants with the same migrations', () => {
  test('are equal, whatever their names are', async () => {
    const names = [
      'oak',
      'Oak Hill',
      'text',
      'pupils',
      'p',
      'status',
      'renamed',
      'say "odd"',
      'größe',
      'a.b-c',
      'grade',
    ];
    const fleet = await migrated(names.map((schema, i) => ({ name: `t${i}`, schema })));
    const found = await drift(fleet);
    expect(inBrief(found)).toEqual([]);
    expect(found.tenants.map(({ isCompared }) => isCompared)).toEqual(names.map(() => true));
  });

  test('each difference is found, named and shown next to what most tenants have', async () => {
    const fleet = await migrated(tenantsUpTo(4));
    await db.query(`ALTER TABLE s1.pupils ADD COLUMN note text; ALTER TABLE s2.grades ALTER grade SET DEFAULT 5;
      DROP INDEX s2.grades_pupil_idx; CREATE TABLE s3.backup (id int)`);
    const found = await drift(fleet, { diff: true });
    expect(inBrief(found)).toEqual([
      't1 TENANT_OBJECT_ADDED Column pupils.note',
      't2 TENANT_OBJECT_MISSING Index grades_pupil_idx on grades',
      't2 TENANT_OBJECT_DIFFERENT Column grades.grade',
      't3 TENANT_OBJECT_ADDED Table backup',
    ]);
    const [, , t2] = found.tenants;
    expect(t2?.findings.map(renderFinding)[1]).toMatch(
      /^Column grades\.grade of tenant t2 differs from 3 of 4 tenants with the same migrations, such as t0: definition: integer → integer DEFAULT 5\. Undo the change.* \[TENANT_OBJECT_DIFFERENT\]\n--- [^\n]*tenant t0[^]*-integer\n\+integer DEFAULT 5$/,
    );
  });

  test('tenants with the same difference are compared once, and each is named', async () => {
    const fleet = await migrated(tenantsUpTo(5));
    await db.query('ALTER TABLE s1.pupils ADD COLUMN note text; ALTER TABLE s4.pupils ADD COLUMN note text');
    expect(inBrief(await drift(fleet))).toEqual([
      't1 TENANT_OBJECT_ADDED Column pupils.note',
      't4 TENANT_OBJECT_ADDED Column pupils.note',
    ]);
    expect(inBrief(await drift(fleet, { tenants: ['t4'] }))).toEqual(['t4 TENANT_OBJECT_ADDED Column pupils.note']);
  });

  test('a schema that was emptied differs in everything', async () => {
    const fleet = await migrated(tenantsUpTo(3), { '1_a.sql': 'CREATE TABLE a (id int); CREATE TABLE b (id int)' });
    await db.query('DROP TABLE s1.a, s1.b');
    expect(inBrief(await drift(fleet))).toEqual([
      't1 TENANT_OBJECT_MISSING Table a',
      't1 TENANT_OBJECT_MISSING Table b',
    ]);
  });

  test('one that refers to the schema of another tenant differs', async () => {
    const fleet = await migrated(tenantsUpTo(3));
    await db.query(
      'CREATE OR REPLACE VIEW s2.best AS SELECT p.name FROM s1.pupils p JOIN s2.grades g ON g.pupil = p.id WHERE g.grade = 1',
    );
    expect(inBrief(await drift(fleet))).toEqual(['t2 TENANT_OBJECT_DIFFERENT View best']);
  });

  test('new rows, statistics and what the policy ignores make no difference', async () => {
    const ignoring = { catalog: { ignore: ['s2.backup*'] }, policy: { objectRemoved: 'ignore' } };
    const fleet = await migrated(tenantsUpTo(3), FILES, ignoring);
    await db.query(
      `INSERT INTO s1.pupils (name) VALUES ('Ann'); ANALYZE s1.pupils; CREATE TABLE s2.backup_1 (id int); DROP VIEW s1.best`,
    );
    expect(inBrief(await drift(fleet))).toEqual([]);
  });
});

describe('tenants that are not comparable', () => {
  beforeEach(async () => {
    await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2; CREATE SCHEMA s3');
  });

  test('are those with other migrations, or with other values of placeholders', async () => {
    const files = { '1_a.sql': 'CREATE TABLE a (id int DEFAULT {{limit}})', '2_b.sql': 'CREATE TABLE b (id int)' };
    const list = tenantsUpTo(4).map((tenant, i) => ({ ...tenant, placeholders: { limit: i === 3 ? '9' : '1' } }));
    const { fleet } = await on(list, files);
    await fleet.migrate();
    await db.query(
      `DROP TABLE s1.b; DELETE FROM shared.schema_migrations_tenants WHERE tenant = 't1' AND migration_file = '2_b.sql'`,
    );
    const { tenants } = await fleet.drift();
    const alone = 'no other tenant has the same migrations and placeholder values';
    expect(tenants.map(({ isCompared, notCompared, findings }) => [isCompared, notCompared, findings.length])).toEqual([
      [true, undefined, 0],
      [false, alone, 0],
      [true, undefined, 0],
      [false, alone, 0],
    ]);
    const ofFiles = await fleet.drift({ only: 'files' });
    expect(ofFiles.tenants.flatMap(({ notCompared }) => notCompared ?? [])).toEqual([]);
  });

  test('are those with a migration that failed or is running', async () => {
    const { fleet } = await on(tenantsUpTo(4), { '1_a.sql': 'CREATE TABLE a (id int)' });
    await fleet.migrate();
    await db.query(
      `UPDATE shared.schema_migrations_tenants SET error_message = 'x', running = true WHERE tenant = 't1'; DROP TABLE s1.a`,
    );
    const { tenants } = await fleet.drift();
    expect(tenants.map(({ isCompared }) => isCompared)).toEqual([true, false, true, true]);
    expect(tenants[1]?.notCompared).toBe('1_a.sql has not finished');
    expect(tenants.flatMap(({ findings }) => findings)).toEqual([]);
  });

  test('the secrets of placeholders are masked', async () => {
    const files = { '1_a.sql': `CREATE TABLE a (key text DEFAULT '{{key}}')` };
    const { fleet } = await on(tenantsUpTo(3), files, { placeholders: { key: 'sesame-open' } });
    await fleet.migrate();
    await db.query(`ALTER TABLE s1.a ALTER key SET DEFAULT 'sesame-open-2'`);
    const { tenants } = await fleet.drift({ diff: true });
    const text = JSON.stringify(tenants);
    expect(text).toContain('Column a.key');
    expect(text).not.toContain('sesame-open');
  });
});

test('the histories are compared with the files, each tenant by name', async () => {
  const { fleet } = await migrated(tenantsUpTo(3), { '1_a.sql': 'CREATE TABLE a (id int)' });
  await db.query(
    `UPDATE shared.schema_migrations_tenants SET checksum = 'x', canonical_checksum = 'x' WHERE tenant = 't1'; DROP SCHEMA s2 CASCADE`,
  );
  const found = await fleet.drift({ only: 'files' });
  expect(inBrief(found)).toEqual(['t1 CHANGED 1_a.sql', 't2 TENANT_SCHEMA_MISSING Tenant t2']);
  expect(found.tenants.map(({ findings }) => findings.map(renderFinding)[0]?.slice(0, 30))).toEqual([
    undefined,
    '1_a.sql of tenant t1 was chang',
    'Tenant t2 has no schema: "s2" ',
  ]);
  expect(inBrief(await fleet.drift({ only: 'schema' }))).toEqual([]);
});
