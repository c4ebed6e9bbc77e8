import { describe, expect, test } from '@jest/globals';
import { DatabaseError, InterruptedError, RefusedError, type TenantDefinition } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { fleetOn, type ObservedFleet } from './fleet-on.js';

const db = useEmptyDatabase('owners');
const files = { '1_a.sql': 'CREATE TABLE a (id int); INSERT INTO a VALUES (1);' };
const x = { name: 'X', schema: 'x' };
const b = { name: 'B', schema: 'b' };
type TestFleet = ObservedFleet['fleet'];

const listing = async (...list: readonly TenantDefinition[]): Promise<TestFleet> =>
  (await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } })).fleet;

/** A fleet of these tenants, after X and B were provisioned, and one with an empty list, which contradicts no definition. */
async function fleetsOf(...list: readonly TenantDefinition[]): Promise<Record<'fleet' | 'unlisted', TestFleet>> {
  const unlisted = await listing();
  for (const each of [x, b]) await unlisted.provision(each);
  return { fleet: await listing(...list), unlisted };
}

/** Makes the recorded OIDs those of no schema, as after restoring a dump. */
async function restore(): Promise<void> {
  await db.query('UPDATE shared.schema_migrations_tenants SET schema_oid = (schema_oid::bigint + 500000)::oid');
}

const rename = (filled = ''): Promise<unknown> =>
  db.query(`ALTER SCHEMA x RENAME TO x_old; CREATE SCHEMA x; ${filled}`);
const codes = async (work: Promise<unknown>): Promise<string[]> =>
  (await failureOf(work, RefusedError)).refusals.map(({ code }) => code);
const states = async (fleet: TestFleet): Promise<string[]> =>
  (await fleet.status()).tenants.map(({ state, findings }) => [state, ...findings.map(({ code }) => code)].join(' '));
const names = async (): Promise<string[]> => {
  const sql = 'SELECT DISTINCT schema_name FROM shared.schema_migrations_tenants ORDER BY 1';
  return (await db.query<{ schema_name: string }>(sql)).rows.map(({ schema_name: name }) => name);
};
const rowsIn = async (schema: string): Promise<number> => (await db.query(`SELECT FROM ${schema}.a`)).rowCount ?? 0;

describe('a schema that was renamed, and whose name was used again', () => {
  test('is still that of its tenant, so no other gets or removes it', async () => {
    const { unlisted: fleet } = await fleetsOf();
    await rename();
    expect(await codes(fleet.provision({ name: 'NEW', schema: 'x_old' }))).toEqual(['TENANT_SCHEMA_TAKEN']);
    expect(await codes(fleet.deprovision({ name: 'NEW', schema: 'x_old' }, { dropSchema: true }))).toEqual([
      'TENANT_SCHEMA_TAKEN',
    ]);
    expect(await codes(fleet.deprovision({ name: 'B', schema: 'x_old' }, { dropSchema: true }))).toEqual([
      'TENANT_SCHEMA_REPLACED',
    ]);
    expect(await rowsIn('x_old')).toBe(1);
  });

  test('no longer counts by its old name once its new name has been recorded', async () => {
    const { fleet } = await fleetsOf({ ...x, schema: 'x_old' });
    await rename('CREATE TABLE x.legacy ()');
    const other = { name: 'NEW', schema: 'x' };
    expect(await codes(fleet.provision(other))).toEqual(['TENANT_SCHEMA_TAKEN']);
    expect(await fleet.adopt()).toEqual([]);
    expect(await fleet.adopt({ tenants: ['X'] })).toEqual(['X']);
    expect(await names()).toEqual(['b', 'x_old']);
    expect(await fleet.adopt({ tenants: ['X'] })).toEqual([]);
    expect((await fleet.provision(other)).applied).toEqual(['1_a.sql']);
    expect(await states(fleet)).toEqual(['current']);
  });

  test('counts by the name of its latest row', async () => {
    const { fleet } = await fleetsOf({ ...x, schema: 'a_new' });
    await db.query('ALTER SCHEMA x RENAME TO a_new; CREATE SCHEMA x; CREATE TABLE x.legacy ()');
    await db.query(`INSERT INTO shared.schema_migrations_tenants (tenant, schema_oid, schema_name, migration_file)
      VALUES ('X', 'a_new'::regnamespace, 'a_new', '2_b.sql')`);
    expect((await fleet.provision({ name: 'NEW', schema: 'x' })).applied).toEqual(['1_a.sql']);
  });
});

describe('after a restore', () => {
  test('a tenant under the schema of another one is not removed', async () => {
    const { unlisted: fleet } = await fleetsOf();
    await restore();
    expect(await codes(fleet.deprovision({ ...x, schema: 'b' }, { dropSchema: true }))).toEqual([
      'TENANT_SCHEMA_TAKEN',
    ]);
    expect(await rowsIn('b')).toBe(1);
  });

  test('a schema of another name is dropped only if it has the history of the tenant', async () => {
    const { fleet } = await fleetsOf({ ...x, schema: 'y' });
    await restore();
    await db.query('CREATE SCHEMA y; CREATE TABLE y.a AS TABLE x.a');
    const moved = { ...x, schema: 'y' };
    expect(await codes(fleet.deprovision(moved, { dropSchema: true }))).toEqual(['TENANT_SCHEMA_REPLACED']);
    expect(await fleet.adopt()).toEqual([]);
    expect(await fleet.adopt({ tenants: ['X'] })).toEqual(['X']);
    expect(await fleet.deprovision(moved, { dropSchema: true })).toBe(1);
  });

  test('histories do not change hands if the list has the schemas the wrong way round', async () => {
    const { fleet } = await fleetsOf({ ...x, schema: 'b' }, { ...b, schema: 'x' });
    const taken = ['refused TENANT_SCHEMA_TAKEN', 'refused TENANT_SCHEMA_TAKEN'];
    expect(await states(fleet)).toEqual(taken);
    await restore();
    expect(await states(fleet)).toEqual(taken);
    expect(await fleet.adopt()).toEqual([]);
    expect(await fleet.adopt({ tenants: ['X', 'B'] })).toEqual([]);
  });

  test('adopting says which histories it took over before it was interrupted or failed', async () => {
    const { fleet } = await fleetsOf(x, b);
    await restore();
    const controller = new AbortController();
    controller.abort('a test');
    await failureOf(fleet.adopt({ signal: controller.signal }), InterruptedError);
    await db.query(
      `CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RAISE 'no'; END $$`,
    );
    await db.query(
      `CREATE TRIGGER no BEFORE UPDATE ON shared.schema_migrations_tenants FOR EACH ROW WHEN (old.tenant = 'B') EXECUTE FUNCTION no()`,
    );
    const failed = await failureOf(fleet.adopt(), DatabaseError);
    const lines = /no.*\nNot taken over: B\.\nTaken over before: X\.\n\[/s;
    expect(failed).toMatchObject({ message: expect.stringMatching(lines) });
    expect(failed.messageAs(() => '')).toMatch(lines); // what the command line prints
    expect(await states(fleet)).toEqual(['current', 'refused TENANT_SCHEMA_REPLACED']);
  });
});
