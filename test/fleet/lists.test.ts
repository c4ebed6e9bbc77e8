import { beforeEach, describe, expect, test } from '@jest/globals';
import { configurationText } from '../../src/core/problems/configuration-problem.js';
import { ConfigurationError, createFleet, type TenantList } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { fleetOn, inBrief, tenantsUpTo } from './fleet-on.js';

const db = useEmptyDatabase('tenant_lists');
const files = { '1_a.sql': 'CREATE TABLE a (id int);' };
const fleetOf = (list: TenantList) => fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } });

beforeEach(async () => {
  await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2');
});

async function* pages(throwsAfter = Number.POSITIVE_INFINITY) {
  for (const [i, tenant] of tenantsUpTo(3).entries()) {
    if (i >= throwsAfter) throw new Error('the connection of the application broke');
    yield [tenant];
  }
}

async function* stalling() {
  yield tenantsUpTo(1);
  await new Promise(() => {});
}

/** `return` gives no promise, against the protocol. */
const bare = {
  [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}), return: () => ({ done: true }) as never }),
};

describe('the list of tenants', () => {
  test.each<[string, TenantList]>([
    ['an array', tenantsUpTo(3)],
    ['a query', `SELECT 't' || i AS name, 's' || i AS schema FROM generate_series(0, 2) AS i`],
    ['a function', () => tenantsUpTo(3)],
    ['a function that returns a promise', async () => tenantsUpTo(3)],
    ['a function that returns pages', () => pages()],
  ])('may be %s', async (_, list) => {
    const { fleet } = await fleetOf(list);
    expect(inBrief(await fleet.migrate())).toEqual(['t0 applied 1_a.sql', 't1 applied 1_a.sql', 't2 applied 1_a.sql']);
  });

  test('from a query uses the name of the tenant for the schema, unless it says otherwise', async () => {
    const { fleet } = await fleetOf(`SELECT 's1' AS name, 'pilot' AS "group"`);
    expect(await fleet.tenants()).toMatchObject([{ name: 's1', schema: 's1', group: 'pilot' }]);
  });

  test.each<[string, TenantList, string]>([
    [
      'throws halfway',
      () => pages(2),
      'tenants.list: it failed after 2 tenants: the connection of the application broke.',
    ],
    ['is an invalid query', 'SELECT nonsense', 'tenants.list: it failed: column "nonsense" does not exist.'],
    ['is a query without names', 'SELECT 1 AS id', 'tenant number 1: its name is not a string'],
    ['returns nothing', (() => undefined) as never, 'tenants.list: it failed: it returned neither an array nor pages.'],
    [
      'has one schema twice',
      [...tenantsUpTo(2), { name: 'x', schema: 's1' }],
      'tenants "t1" and "x" have one schema, "s1"; give each its own',
    ],
    [
      'has a wrong connection',
      [{ name: 'x', connectionString: 'localhost/x' }],
      'tenant "x": connectionString: it is not a PostgreSQL URL',
    ],
  ])('stops everything if it %s', async (_, list, problem) => {
    const { fleet } = await fleetOf(list);
    const error = await failureOf(fleet.migrate(), ConfigurationError);
    expect(error.code).toBe('INVALID_TENANTS');
    expect(error.message).toContain(problem);
    expect((await db.query(`SELECT FROM pg_class WHERE relname IN ('a', 'schema_migrations_tenants')`)).rowCount).toBe(
      0,
    );
  });

  test.each<[string, TenantList, string]>([
    ['never answers', () => new Promise<never>(() => {}), 'it failed: it did not answer within 50 ms'],
    ['has an iterator without promises that never answers', () => bare, 'it failed: it did not answer within 50 ms'],
    ['stops in the middle of its pages', () => stalling(), 'it failed after 1 tenants: it did not answer within 50 ms'],
  ])('is given up if it %s, with the name of the option that limits it', async (_, list, problem) => {
    const tenants = { list, listTimeout: 50 };
    const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants });
    const error = await failureOf(fleet.migrate(), ConfigurationError);
    expect(error.message).toContain(`tenants.list: ${problem} ("tenants.listTimeout")`);
  });

  test('may be empty, with a warning', async () => {
    const { fleet } = await fleetOf([]);
    expect((await fleet.migrate()).warnings.map(({ code }) => code)).toEqual(['NO_TENANTS']);
  });

  test.each(['x', -1, 0.5, 2 ** 31])('%p is no delay of a gate', (gate) => {
    const tenants = { directory: 'x', list: [], rollout: { gate } };
    const problem = 'tenants.rollout.gate: expected a delay in ms, or a function';
    expect(() => createFleet({ connectionString: db.connectionString, tenants } as never)).toThrow(problem);
  });

  test('is checked together with the options', () => {
    const tenants = {
      directory: '',
      list: 7,
      rollout: { stopAfter: '200%', waves: [{ firsts: 1 }], gate: 'x', paralellism: 2 },
    };
    const error = (() => {
      try {
        return createFleet({ connectionString: db.connectionString, tenants } as never);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect((error as ConfigurationError).problems.map(configurationText)).toEqual([
      'tenants.directory: it is empty',
      'tenants.list: expected an array of tenants, an SQL query, or a function',
      'tenants.rollout.waves.0: expected { group: "name" } or { first: 3 } or { first: "10%" }',
      'tenants.rollout.gate: expected a delay in ms, or a function',
      'tenants.rollout.stopAfter: expected a whole number of at least 1, or a share such as "1%"',
      'unknown option "tenants.rollout.paralellism"; did you mean "tenants.rollout.parallelism"?',
    ]);
  });

  test('must contain the requested tenants and groups', async () => {
    const { fleet } = await fleetOf(tenantsUpTo(2));
    expect(inBrief(await fleet.migrate({ tenants: ['t1'] }))).toEqual(['t1 applied 1_a.sql']);
    const error = await failureOf(fleet.migrate({ tenants: ['t9'], group: 'pilots' }), ConfigurationError);
    expect(error.problems.map(configurationText)).toEqual([
      'no tenant is named "t9"',
      'no tenant is in the group "pilots"',
    ]);
  });
});
