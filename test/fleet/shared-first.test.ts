import { beforeEach, describe, expect, test } from '@jest/globals';
import { configurationText } from '../../src/core/problems/configuration-problem.js';
import { ConfigurationError, type TenantDefinition, type TenantList } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { fleetOn, inBrief, tenantsUpTo } from './fleet-on.js';

const db = useEmptyDatabase('shared_first');
const SCHOOLS = "CREATE TABLE shared.schools AS SELECT 's0' AS name";
const QUERY = 'SELECT name FROM shared.schools ORDER BY 1';

const on = async (list: TenantList, shared: Record<string, string> = { '1_schools.sql': SCHOOLS }) => {
  const files = { '1_a.sql': 'CREATE TABLE a (id int);' };
  return (await fleetOn(shared, { connectionString: db.connectionString, files, tenants: { list } })).fleet;
};
const hasSchools = async (): Promise<boolean> =>
  (await db.query(`SELECT FROM pg_class WHERE relname = 'schools'`)).rowCount === 1;
const refusalOf = (work: Promise<unknown>): Promise<ConfigurationError> => failureOf(work, ConfigurationError);

beforeEach(async () => {
  await db.query('CREATE SCHEMA shared; CREATE SCHEMA s0; CREATE SCHEMA s1');
});

describe('before shared files are applied', () => {
  const lists: [string, TenantList][] = [
    ['an array', tenantsUpTo(2)],
    ['a query', `SELECT 't0' AS name, 's0' AS schema`],
    ['a function', () => [tenantsUpTo(2)]],
  ];
  test.each(lists)('a name or group that is not on the list is refused, from %s', async (_, list) => {
    const fleet = await on(list);
    const error = await refusalOf(fleet.migrate({ tenants: ['t00'], group: 'pilot' }));
    expect(error.problems.map(configurationText)).toEqual([
      'no tenant is named "t00"; did you mean "t0"?',
      'no tenant is in the group "pilot"',
    ]);
    expect(error.message).toContain(
      'Pending shared migrations were not applied either. If they change the list, apply them first, with "nest-migrations migrate".',
    );
    expect(await hasSchools()).toBe(false);
  });

  test.each<[string, readonly TenantDefinition[]]>([
    ['a wrong name', [{ name: 'bad name', schema: 's0' }]],
    ['one schema twice', [...tenantsUpTo(1), { name: 'x', schema: 's0' }]],
  ])('a list with %s is refused', async (_, list) => {
    for (const given of [list, () => list]) {
      const error = await refusalOf((await on(given)).migrate());
      expect(error.code).toBe('INVALID_TENANTS');
      expect(error.message).toMatch(/^The list of tenants cannot be used, so nothing was run for any tenant:/);
    }
    expect(await hasSchools()).toBe(false);
  });

  test('the list may depend on them, and so may the selection', async () => {
    const fleet = await on(QUERY);
    expect(inBrief(await fleet.migrate({ tenants: ['s0'] }))).toEqual(['s0 applied 1_a.sql']);
  });
});

test('a group that waves name may be one that they create', async () => {
  const grouped = 'ALTER TABLE shared.schools ADD "group" text; UPDATE shared.schools SET "group" = \'pilot\'';
  const list = `SELECT name, to_jsonb(s) ->> 'group' AS "group" FROM shared.schools s`;
  await db.query(SCHOOLS);
  const files = { '1_a.sql': 'CREATE TABLE a (id int);' };
  const tenants = { list, rollout: { waves: [{ group: 'pilot' }] } };
  const { connectionString } = db;
  const { fleet } = await fleetOn({ '1_group.sql': grouped }, { connectionString, files, tenants });
  expect(inBrief(await fleet.migrate())).toEqual(['s0 applied 1_a.sql']);
  const { fleet: next } = await fleetOn(
    { '1_group.sql': grouped },
    { connectionString, files, tenants: { ...tenants, rollout: { waves: [{ group: 'pilots' }] } } },
  );
  expect((await refusalOf(next.migrate())).message).toContain('no tenant is in the group "pilots"');
});

describe('after shared files were applied', () => {
  test('the list is read again, because it may have changed', async () => {
    await db.query(SCHOOLS);
    const fleet = await on(QUERY, { '1_rename.sql': "UPDATE shared.schools SET name = 's1'" });
    expect(inBrief(await fleet.migrate())).toEqual(['s1 applied 1_a.sql']);
  });

  test.each<[string, TenantList, string]>([
    ['a list that cannot be read', 'SELECT nothing', 'INVALID_TENANTS'],
    ['a name that is not on the list', QUERY, 'INVALID_OPTIONS'],
  ])('the error about %s names them', async (_, list, code) => {
    const fleet = await on(list, { '1_schools.sql': SCHOOLS, '2_x.sql': 'SELECT 1' });
    const error = await refusalOf(fleet.migrate({ tenants: ['nobody'] }));
    expect(error.code).toBe(code);
    expect(error.message).toContain('\nThese shared migrations had already been applied: 1_schools.sql, 2_x.sql.\n');
    const again = await refusalOf(fleet.migrate({ tenants: ['nobody'] }));
    expect(again.message).not.toMatch(/shared migrations were/i);
  });
});

test('the list is read once if nothing is pending', async () => {
  let reads = 0;
  const fleet = await on(() => {
    reads += 1;
    return tenantsUpTo(2);
  });
  await fleet.migrate();
  const before = reads;
  expect(inBrief(await fleet.migrate())).toEqual(['t0 nothing-to-do', 't1 nothing-to-do']);
  expect(reads - before).toBe(1);
});

test('a definition that cannot be used is not called a list', async () => {
  const fleet = await on([]);
  const { code, message } = await refusalOf(fleet.provision({ name: 'bad name' }));
  expect(code).toBe('INVALID_OPTIONS');
  expect(message).toContain('tenant "bad name": its name cannot be used');
  expect(message).not.toContain('The list');
});
