import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FleetOptions } from '../../src/migrator.js';
import type { PgBossOptions } from '../../src/pg-boss/engine.js';
import { type Proxy, startProxy } from '../../tools/proxy/proxy.js';
import { fleetOn, inBrief, stopOf, tenantsUpTo } from '../fleet/fleet-on.js';
import { createTestDatabase, type TestDatabase } from '../support/database/database.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { engineOn, VERSIONS } from './engines.js';

const db = useEmptyDatabase('boss_names');
const files = { '1_a.sql': 'CREATE TABLE a ();' };
let other: TestDatabase;
let proxy: Proxy;

beforeEach(async () => {
  other = await createTestDatabase('boss_names_other');
  proxy = await startProxy(db.connectionString);
  await db.query('CREATE SCHEMA s0');
});
afterEach(async () => {
  await other.drop();
  await proxy.close();
});

type List = FleetOptions['tenants']['list'];

/** @param version of pg-boss. */
async function fleetVia(connectionString: string, version: number, list: List, options: PgBossOptions = {}) {
  const tenants = { list, engine: engineOn(version, options) };
  return (await fleetOn({}, { connectionString, files, tenants })).fleet;
}

describe.each(VERSIONS)('over pg-boss %s', (version) => {
  test('a worker and a rollout may have different names for the server of the shared files', async () => {
    const caller = await fleetVia(proxy.connectionString, version, tenantsUpTo(1));
    const worker = await fleetVia(db.connectionString, version, tenantsUpTo(1));
    const work = worker.work();
    expect(inBrief(await caller.migrate())).toEqual(['t0 applied 1_a.sql']);
    await Promise.all([caller.close(), worker.close(), work]);
  });

  test('the tenants of one server are not migrated by more at once if some have databases of their own', async () => {
    // Longer than a worker takes to ask for jobs.
    const alone = `DO $$ BEGIN
      PERFORM pg_sleep(1.5);
      IF EXISTS (SELECT FROM pg_stat_activity WHERE datname IN ('${db.name}', '${other.name}') AND wait_event = 'PgSleep')
      THEN RAISE 'not alone'; END IF;
    END $$;`;
    const list = [...tenantsUpTo(1), { name: 'own', connectionString: other.connectionString }];
    const tenants = { list, engine: engineOn(version), rollout: { parallelism: 1, stopAfter: 2 } };
    const given = { connectionString: db.connectionString, files: { '1_alone.sql': alone }, tenants };
    const [{ fleet: caller }, { fleet: worker }] = [await fleetOn({}, given), await fleetOn({}, given)];
    const work = worker.work();
    expect(inBrief(await caller.migrate())).toEqual(['t0 applied 1_alone.sql', 'own applied 1_alone.sql']);
    await Promise.all([caller.close(), worker.close(), work]);
  });
});

test.each<[string, () => PgBossOptions, () => List]>([
  ['of tenants with connections', () => ({}), () => [{ name: 'own', connectionString: viaProxy(other) }]],
  ['of a queue elsewhere', () => ({ connectionString: other.connectionString }), () => tenantsUpTo(1)],
])('without a worker that has the same names for servers %s, the rollout says which', async (_, options, list) => {
  const waiting = { ...options(), workerTimeout: 1_000 };
  const caller = await fleetVia(proxy.connectionString, 10, list(), waiting);
  const worker = await fleetVia(db.connectionString, 10, tenantsUpTo(1), options());
  const work = worker.work();
  const { stopped } = (await stopOf(caller.migrate())).report;
  const { port } = new URL(proxy.connectionString);
  expect(stopped?.by).toBe('engine');
  expect(stopped?.reason).toContain(`. The worker's list must use the same names for servers: localhost:${port}`);
  await Promise.all([caller.close(), worker.close(), work]);
});

/** A database by way of the proxy. */
function viaProxy({ name }: TestDatabase): string {
  const url = new URL(proxy.connectionString);
  url.pathname = `/${name}`;
  return url.href;
}
