import { describe, expect, test } from '@jest/globals';
import { configurationText } from '../../src/core/problems/configuration-problem.js';
import { ConfigurationError, type TenantDefinition, type TenantList } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { fleetOn, inBrief } from './fleet-on.js';

const db = useEmptyDatabase('listed_tenants');
const oak = { name: 'oak', schema: 'oak' };
const elm = { name: 'elm', schema: 'elm' };
const moved = { name: 'oak', schema: 'oak_new' };

const on = async (list: TenantList, history: 'shared' | 'per-tenant' = 'shared') => {
  const files = { '1_a.sql': 'CREATE TABLE a (id int);' };
  return (await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list, history } })).fleet;
};
const schemas = async (): Promise<string[]> => {
  const sql = `SELECT nspname FROM pg_namespace WHERE nspname ~ '^(oak|elm|ash)' ORDER BY 1`;
  return (await db.query<{ nspname: string }>(sql)).rows.map(({ nspname }) => nspname);
};
const recorded = async (): Promise<string[]> => {
  const sql = 'SELECT schema_name FROM shared.schema_migrations_tenants ORDER BY 1';
  return (await db.query<{ schema_name: string }>(sql)).rows.map(({ schema_name: name }) => name);
};

describe('provisioning and removing by definition', () => {
  const cases: [string, TenantDefinition, string][] = [
    ['a listed name with another schema', moved, 'tenant "oak" is on the list with the schema "oak", not "oak_new"'],
    ['the schema of a listed tenant', { name: 'ash', schema: 'oak' }, 'the schema "oak" belongs to the tenant "oak"'],
  ];
  const histories = ['shared', 'per-tenant'] as const;
  test.each(histories.flatMap((history) => cases.map((each) => [history, ...each] as const)))(
    'is refused, with the history %s, for %s',
    async (history, _, tenant, problem) => {
      const fleet = await on([elm, oak], history);
      await fleet.provision(oak);
      const attempts = [
        () => fleet.provision(tenant),
        () => fleet.planProvision(tenant),
        () => fleet.deprovision(tenant, { dropSchema: true }),
        () => fleet.deprovision(tenant, { dryRun: true }),
      ];
      for (const attempt of attempts) {
        const { problems } = await failureOf(attempt(), ConfigurationError);
        expect(problems.map(configurationText)).toEqual([expect.stringContaining(problem)]);
      }
      expect(await schemas()).toEqual(['oak']);
      expect((await fleet.status({ tenants: ['oak'] })).counts.current).toBe(1);
    },
  );

  test('reads the list once, and agrees with an equal entry or none', async () => {
    let reads = 0;
    const fleet = await on(() => {
      reads += 1;
      return [oak];
    });
    await fleet.provision({ ...oak, group: 'pilot' });
    await fleet.provision(elm);
    expect(reads).toBe(2);
    expect(await recorded()).toEqual(['elm', 'oak']);
  });

  test('does not need a tenant in every wave, which the new one may be', async () => {
    const waves = [{ group: 'pilot' }];
    const files = { '1_a.sql': 'CREATE TABLE a (id int);' };
    const tenants = { list: [oak], rollout: { waves } };
    const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants });
    expect((await fleet.provision({ ...elm, group: 'pilot' })).applied).toEqual(['1_a.sql']);
  });
});

describe('removing a tenant with its schema', () => {
  test('keeps the history of its other schemas, as long as they exist', async () => {
    const fleet = await on([]);
    await fleet.provision(oak);
    await fleet.provision(moved);
    for (const dryRun of [true, false]) expect(await fleet.deprovision(moved, { dropSchema: true, dryRun })).toBe(1);
    expect([await schemas(), await recorded()]).toEqual([['oak'], ['oak']]);
    expect(inBrief(await (await on([oak])).migrate())).toEqual(['oak nothing-to-do']);
  });

  test('also removes the history of its schemas that do not exist any more, whoever has their OIDs now', async () => {
    const fleet = await on([]);
    await fleet.provision(oak);
    await fleet.provision(moved);
    await fleet.provision(elm);
    await db.query(`DROP SCHEMA oak CASCADE;
      INSERT INTO shared.schema_migrations_tenants (tenant, schema_oid, schema_name, migration_file)
      SELECT 'oak', oid, 'oak_before_a_restore', '1_a.sql' FROM pg_namespace WHERE nspname = 'elm'`);
    for (const dryRun of [true, false]) expect(await fleet.deprovision(moved, { dropSchema: true, dryRun })).toBe(3);
    expect(await recorded()).toEqual(['elm']);
  });

  test('keeps the history of its other schemas also after a restore, when they have other OIDs', async () => {
    const fleet = await on([]);
    await fleet.provision(oak);
    await fleet.provision(moved);
    await db.query(`UPDATE shared.schema_migrations_tenants SET schema_oid = 1 WHERE schema_name = 'oak'`);
    expect(await fleet.deprovision(moved, { dropSchema: true })).toBe(1);
    expect([await schemas(), await recorded()]).toEqual([['oak'], ['oak']]);
  });

  test('without dropping it removes its whole history', async () => {
    const fleet = await on([]);
    await fleet.provision(oak);
    await fleet.provision(moved);
    expect(await fleet.deprovision(moved)).toBe(2);
    expect([await schemas(), await recorded()]).toEqual([['oak', 'oak_new'], []]);
  });
});
