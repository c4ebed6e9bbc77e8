import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { TenantMigratedGuard } from '../../src/index.js';
import type { MigrationEvent } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { until } from '../support/jest/until.js';
import { fleetOn, type ObservedFleet, stopOf, tenantsUpTo } from './fleet-on.js';

const db = useEmptyDatabase('on_demand');
const files = { '1_a.sql': 'CREATE TABLE a (id int);' };
const PENDING = 'The tenant t1 is not available: 1 migration of this release is not applied';

class Guard extends TenantMigratedGuard {
  protected override readonly migrateOnDemand = true;
  protected override readonly cacheMs = 0;

  protected tenantOf(context: ExecutionContext): string {
    return context.getArgByIndex<string>(0);
  }
}

/** What a request of a tenant is answered with: "served", or the reason why not. */
async function ask({ fleet }: ObservedFleet, tenant: string): Promise<string> {
  const context = { getType: () => 'rpc', getArgByIndex: () => tenant } as unknown as ExecutionContext;
  const answer = new Guard(fleet).canActivate(context);
  return answer.then(
    () => 'served',
    (error: Error) => error.message,
  );
}

/** How many migrations are running. */
const sleepers = async (): Promise<number> => {
  const asked = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
  return (await db.query(asked)).rowCount ?? 0;
};

const startsOf = (events: readonly MigrationEvent[], tenant?: string): MigrationEvent[] =>
  events.filter((event) => event.type === 'run-started' && event.tenant === tenant);

const on = (tenantFiles: Record<string, string>, { shared = {}, rollout = {} } = {}): Promise<ObservedFleet> =>
  fleetOn(shared, {
    connectionString: db.connectionString,
    files: tenantFiles,
    tenants: { list: tenantsUpTo(6), rollout },
  });

beforeEach(async () => {
  await db.query(`DO $$ BEGIN FOR i IN 0..5 LOOP EXECUTE format('CREATE SCHEMA s%s', i); END LOOP; END $$`);
});

describe('migrating a tenant on its first request', () => {
  test('applies the shared files first, once for all tenants', async () => {
    const shared = { '1_s.sql': 'CREATE TABLE public.s (id int);' };
    const given = await on({ '1_a.sql': 'CREATE TABLE a AS SELECT * FROM public.s;' }, { shared });
    expect(await Promise.all([ask(given, 't0'), ask(given, 't1')])).toEqual(['served', 'served']);
    expect(await ask(given, 't2')).toBe('served');
    expect(startsOf(given.events)).toHaveLength(1);
  });

  test('is left to a rollout once the shared files have failed', async () => {
    const given = await on(files, { shared: { '1_s.sql': 'SELECT 1 / 0;' } });
    expect(await ask(given, 't1')).toBe('The tenant t1 is not available: its migrations failed');
    expect(await ask(given, 't1')).toBe(PENDING);
    expect(startsOf(given.events)).toHaveLength(1);
  });

  test('is left to a rollout after one that stopped early', async () => {
    let isOpen = false;
    const given = await on(files, { rollout: { waves: [{ first: 1 }], gate: () => isOpen } });
    await stopOf(given.fleet.migrate());
    expect(await ask(given, 't0')).toBe('served');
    expect(await ask(given, 't1')).toBe(PENDING);
    isOpen = true;
    await given.fleet.migrate({ tenants: ['t0'] });
    expect(await ask(given, 't1')).toBe('served');
  });

  test('runs for no more tenants at the same time than a rollout would', async () => {
    const given = await on({ '1_a.sql': 'SELECT pg_sleep(0.1);' }, { rollout: { parallelism: 2 } });
    const names = tenantsUpTo(6).map(({ name }) => name);
    expect(await Promise.all(names.map((name) => ask(given, name)))).toEqual(names.map(() => 'served'));
    let running = 0;
    const most = given.events.map(({ type }) => {
      if (type === 'run-started') running += 1;
      if (type === 'run-finished') running -= 1;
      return running;
    });
    expect(Math.max(...most)).toBe(2);
  });

  test('is interrupted when the fleet is closed, which waits for it', async () => {
    const given = await on({ '1_a.sql': 'SELECT pg_sleep(5);' }, { rollout: { parallelism: 1 } });
    const asked = ['t0', 't1'].map((name) => ask(given, name));
    await until(async () => (await sleepers()) === 1);
    const startedAt = performance.now();
    await given.fleet.close();
    expect(await sleepers()).toBe(0);
    const why = 'its migrations were interrupted';
    const answers = ['t0', 't1'].map((name) => `The tenant ${name} is not available: ${why}`);
    expect(await Promise.all(asked)).toEqual(answers);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect(startsOf(given.events, 't1')).toEqual([]);
  });

  test('a rollout that ends with an error of the shared files counts as one that stopped', async () => {
    const given = await on(files, { shared: { '1_s.sql': 'SELECT 1 / 0;' } });
    await given.fleet.migrate().catch(() => {});
    expect(await ask(given, 't1')).toBe(PENDING);
    expect(startsOf(given.events)).toHaveLength(1);
  });
});
