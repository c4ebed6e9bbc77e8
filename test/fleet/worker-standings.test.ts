import { beforeEach, expect, test } from '@jest/globals';
import { migrationsOf } from '../../src/composition/create-migrator.js';
import { resolveMigratorOptions } from '../../src/composition/validation/migrator-options.js';
import { NO_HISTORY } from '../../src/core/history/history.js';
import { DEFAULT_POLICY } from '../../src/core/status/policy.js';
import type { TenantRecord } from '../../src/core/tenants/standing.js';
import type { Tenant } from '../../src/core/tenants/tenant.js';
import { WorkerStandings } from '../../src/fleet/engine/worker-standings.js';
import { useMigrations } from '../support/migrator/use-migrations.js';

const migrations = useMigrations({ '1_a.sql': 'CREATE TABLE a (id int);' });

const tenant = (name: string, connection?: string): Tenant => ({
  name,
  schema: name,
  group: undefined,
  placeholders: {},
  place: { database: connection ?? '', server: '', connection },
});
const [t0, t1, t2, t3] = ['t0', 't1', 't2', 't3'].map((name) => tenant(name)) as [Tenant, Tenant, Tenant, Tenant];
const [elsewhere, alone] = [tenant('elsewhere', 'other'), tenant('alone')];

/** The tenants of each query. */
let reads: string[] = [];
let broken: (name: string) => Partial<TenantRecord>;
beforeEach(() => {
  reads = [];
  broken = () => ({});
});

async function standings(list: readonly Tenant[] = [t0, t1, t2, t3, elsewhere, alone]): Promise<WorkerStandings> {
  const options = resolveMigratorOptions({ ...migrations, connectionString: 'postgres://localhost/none' });
  const records = {
    read: (tenants: readonly Tenant[]) => {
      reads.push(tenants.map(({ name }) => name).join(' '));
      return Promise.resolve(
        tenants.map(({ name }): TenantRecord => ({ schemaExists: true, history: NO_HISTORY, ...broken(name) })),
      );
    },
    isShared: ({ name }: Tenant) => name !== 'alone',
    sinceApplied: () => Promise.resolve(undefined),
  };
  const found = new WorkerStandings({ records, policy: DEFAULT_POLICY }, await migrationsOf(options).source.read());
  found.listed(list);
  return found;
}

const statesOf = async (found: WorkerStandings, tenants: readonly Tenant[], rollout = 'r1'): Promise<string[]> => {
  const known = await found.of(tenants, rollout);
  return tenants.map((each) => `${each.name} ${known.get(each)?.standing.state}`);
};

test('after the first tenants of a rollout, all that share their history are read together, once', async () => {
  const found = await standings();
  expect(await statesOf(found, [t0, t1])).toEqual(['t0 behind', 't1 behind']);
  expect(await Promise.all([statesOf(found, [t2]), statesOf(found, [t3])])).toEqual([['t2 behind'], ['t3 behind']]);
  expect(await statesOf(found, [t0])).toEqual(['t0 behind']);
  expect(reads).toEqual(['t0 t1', 't0 t1 t2 t3']);
});

test('a tenant with a history of its own, or in another database, is read when it comes', async () => {
  const found = await standings();
  for (let i = 0; i < 3; i++) await statesOf(found, [alone]);
  await statesOf(found, [elsewhere, t0]);
  expect(reads).toEqual(['alone', 'alone', 'alone', 'elsewhere t0']);
});

test('a tenant whose run would not begin is read again', async () => {
  const found = await standings();
  await statesOf(found, [t0]);
  broken = (name) => ({ schemaExists: name !== 't1' });
  expect(await statesOf(found, [t1, t2])).toEqual(['t1 missing', 't2 behind']);
  broken = () => ({});
  expect(await statesOf(found, [t1])).toEqual(['t1 behind']);
  expect(reads).toEqual(['t0', 't0 t1 t2 t3', 't1', 't1']);
});

test('nothing is remembered for another rollout, or after the list was read again', async () => {
  const found = await standings();
  for (const each of [t0, t1, t2]) await statesOf(found, [each]);
  await statesOf(found, [t1], 'r2');
  await statesOf(found, [t2], 'r2');
  const moved = { ...t2, schema: 'moved' };
  found.listed([t0, moved]);
  expect(await statesOf(found, [moved], 'r2')).toEqual(['t2 behind']);
  await statesOf(found, [t0], 'r2');
  expect(reads).toEqual(['t0', 't0 t1 t2 t3', 't1', 't0 t1 t2 t3', 't2', 't0 t2']);
});
