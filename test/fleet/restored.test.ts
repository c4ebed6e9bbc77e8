import { beforeEach, describe, expect, test } from '@jest/globals';
import { RefusedError, type TenantDefinition } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { fleetOn, inBrief, tenantsUpTo, type ObservedFleet } from './fleet-on.js';

const db = useEmptyDatabase('restored');
const files = { '1_a.sql': 'CREATE TABLE a (id int); INSERT INTO a VALUES (1);' };
const more = { ...files, '2_b.sql': 'CREATE TABLE b (id int);' };

beforeEach(async () => {
  await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2');
});

function on(of: Record<string, string>, list: readonly TenantDefinition[] = tenantsUpTo(3)): Promise<ObservedFleet> {
  return fleetOn(
    {},
    { connectionString: db.connectionString, files: of, tenants: { list, rollout: { stopAfter: 9 } } },
  );
}

/** Gives a schema another OID, as restoring a dump does. */
async function restore(...schemas: readonly string[]): Promise<void> {
  for (const schema of schemas)
    await db.query(
      `ALTER SCHEMA ${schema} RENAME TO before; CREATE SCHEMA ${schema}; ALTER TABLE before.a SET SCHEMA ${schema}; DROP SCHEMA before`,
    );
}

const states = async ({ fleet }: ObservedFleet): Promise<string[]> =>
  (await fleet.status()).tenants.map(({ state, findings }) => [state, ...findings.map(({ code }) => code)].join(' '));
const rowsOf = async (table: string): Promise<number> => (await db.query(`SELECT FROM ${table}`)).rowCount ?? 0;

describe('after a database was restored', () => {
  test('no file runs again, and one refusal says so; adopted histories continue where they ended', async () => {
    await (await on(files)).fleet.migrate();
    await restore('s0', 's1', 's2');
    const restored = await on(more);
    expect(await states(restored)).toEqual(Array.from({ length: 3 }, () => 'refused TENANT_SCHEMA_REPLACED'));
    const refused = await failureOf(restored.fleet.migrate(), RefusedError);
    expect(refused.refusals.map(({ code, subject }) => [code, subject])).toEqual([
      ['TENANTS_MOVED', 'The histories of 3 tenants'],
    ]);
    expect(await restored.fleet.adopt()).toEqual(['t0', 't1', 't2']);
    expect(await states(restored)).toEqual(['behind', 'behind', 'behind']);
    expect(inBrief(await restored.fleet.migrate())).toEqual(
      ['t0', 't1', 't2'].map((name) => `${name} applied 2_b.sql`),
    );
    expect(await Promise.all(['s0.a', 's1.a', 's2.a'].map(rowsOf))).toEqual([1, 1, 1]);
    expect(await restored.fleet.adopt()).toEqual([]);
  });

  test('adopting is recorded in the audit, with both OIDs', async () => {
    const { fleet } = await on(files);
    await fleet.migrate();
    const oid = async (): Promise<number> =>
      (await db.query<{ oid: number }>(`SELECT 's1'::regnamespace::oid::int AS oid`)).rows[0]?.oid ?? 0;
    const before = await oid();
    await restore('s1');
    expect(await fleet.adopt({ tenants: ['t0'] })).toEqual([]);
    expect(await fleet.adopt({ tenants: ['t1'] })).toEqual(['t1']);
    const { rows } = await db.query(`SELECT files, details FROM shared.schema_migrations_audit WHERE action = 'adopt'`);
    const details = { tenant: 't1', schema: 's1', before, after: await oid() };
    expect(rows).toEqual([{ files: ['1_a.sql'], details }]);
  });

  test('a single tenant is refused, and the others are migrated', async () => {
    await (await on(files)).fleet.migrate();
    await restore('s1');
    const { fleet } = await on(more);
    const { tenants } = await fleet.migrate();
    expect(tenants.map(({ tenant, outcome }) => [tenant, outcome])).toEqual([
      ['t0', 'applied'],
      ['t1', 'failed'],
      ['t2', 'applied'],
    ]);
    expect(tenants[1]?.error?.message).toMatch(
      /Tenant t1 has the history of "s1" \(OID \d+\), but its schema is now "s1" \(OID \d+\), which is not empty\. .*fleet\.adopt\(\{ tenants: \['t1'\] \}\)/,
    );
    expect(await rowsOf('s1.a')).toBe(1);
  });

  test('provisioning is refused as well; removing the history is the other way out', async () => {
    const { fleet } = await on(files);
    await fleet.migrate();
    await restore('s1');
    const tenant = { name: 't1', schema: 's1' };
    const { refusals } = await failureOf(fleet.provision(tenant), RefusedError);
    expect(refusals).toMatchObject([{ code: 'TENANT_SCHEMA_REPLACED', subject: 'Tenant t1' }]);
    expect(await fleet.deprovision(tenant, { dropSchema: true })).toBe(1);
    expect((await fleet.provision(tenant)).applied).toEqual(['1_a.sql']);
  });

  test('an OID that now belongs to the schema of another tenant does not count', async () => {
    await (await on(files)).fleet.migrate();
    await restore('s0', 's1');
    await db.query(`UPDATE shared.schema_migrations_tenants SET schema_oid = 's1'::regnamespace WHERE tenant = 't0'`);
    const { fleet } = await on(files);
    expect(await states({ fleet } as ObservedFleet)).toEqual([
      'refused TENANT_SCHEMA_REPLACED',
      'refused TENANT_SCHEMA_REPLACED',
      'current',
    ]);
    expect(await fleet.adopt()).toEqual(['t0', 't1']);
    expect((await fleet.status()).counts.current).toBe(3);
  });

  test('a misspelled name does not get the schema of another tenant', async () => {
    await (await on(files)).fleet.migrate();
    await restore('s1');
    const wrong = await on(files, [{ name: 't-one', schema: 's1' }]);
    expect(await states(wrong)).toEqual(['refused TENANT_SCHEMA_TAKEN']);
    expect((await wrong.fleet.migrate()).counts).toMatchObject({ applied: 0, failed: 1 });
    expect(await rowsOf('s1.a')).toBe(1);
  });
});

describe('a schema that was dropped and created again', () => {
  test('counts as new while it is empty, even with other default privileges', async () => {
    const { fleet } = await on(files);
    await fleet.migrate();
    await db.query(
      'DROP SCHEMA s1 CASCADE; CREATE SCHEMA s1; ALTER DEFAULT PRIVILEGES IN SCHEMA s1 GRANT SELECT ON TABLES TO PUBLIC',
    );
    expect(await states({ fleet } as ObservedFleet)).toEqual(['current', 'behind', 'current']);
    expect(await fleet.adopt()).toEqual([]);
    expect(inBrief(await fleet.migrate())[1]).toBe('t1 applied 1_a.sql');
    expect((await fleet.status()).counts.current).toBe(3);
  });

  test('may then belong to another tenant', async () => {
    await (await on(files)).fleet.migrate();
    await db.query('DROP SCHEMA s1 CASCADE; CREATE SCHEMA s1');
    const other = await on(files, [{ name: 'new', schema: 's1' }]);
    expect(inBrief(await other.fleet.migrate())).toEqual(['new applied 1_a.sql']);
    expect(await states(other)).toEqual(['current']);
    expect(await other.fleet.deprovision({ name: 'new', schema: 's1' }, { dropSchema: true })).toBe(1);
  });

  test('still belongs to its tenant if it was only renamed', async () => {
    await (await on(files)).fleet.migrate();
    await db.query('ALTER SCHEMA s1 RENAME TO renamed; CREATE SCHEMA s1');
    const { fleet } = await on(files, [{ name: 't1', schema: 'renamed' }]);
    expect((await fleet.status()).counts.current).toBe(1);
  });
});
