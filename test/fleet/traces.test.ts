import { beforeEach, describe, expect, test } from '@jest/globals';
import { makeMigrator, type Migrator } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { fleetOn, tenantsUpTo, type ObservedFleet } from './fleet-on.js';

const db = useEmptyDatabase('traces');
const files = {
  '1_a.sql': 'CREATE TABLE a (id int);',
  '2_i.sql': '-- no-transaction\nCREATE INDEX CONCURRENTLY a_id ON a (id);',
};

beforeEach(async () => {
  await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1');
});

function on(of: Record<string, string>, more: Record<string, unknown> = {}): Promise<ObservedFleet> {
  const tenants = { list: tenantsUpTo(2), rollout: { stopAfter: 9 }, ...more };
  return fleetOn({ '0_s.sql': 'SELECT 1;' }, { connectionString: db.connectionString, files: of, tenants });
}

async function withMigrator<T>(work: (migrator: Migrator) => Promise<T>): Promise<T> {
  const migrator = makeMigrator({ connectionString: db.connectionString, directory: 'unused' });
  try {
    return await work(migrator);
  } finally {
    await migrator.close();
  }
}

describe('what a rollout leaves in the audits', () => {
  test('migrations of tenants are not changes outside migrations, whether or not there was a history of tenants before', async () => {
    const { fleet } = await on({});
    await fleet.migrate();
    await withMigrator((migrator) => migrator.enableDdlAudit());
    const next = await on(files);
    expect((await next.fleet.migrate()).counts.applied).toBe(2);
    await next.fleet.provision({ name: 'new', schema: 'new' });
    const later = await on({ '3_b.sql': 'CREATE TABLE b (id int);', ...files });
    expect((await later.fleet.migrate()).counts.applied).toBe(2);
    await db.query('CREATE TABLE s0.by_hand (id int)');
    const found = await withMigrator((migrator) => migrator.ddlAudit());
    expect(found.map(({ object }) => object)).toEqual(['s0.by_hand']);
  });

  test('the audit of a tenant has only its own entries; without a tenant, the audit has all', async () => {
    const { fleet } = await on(files);
    await fleet.migrate();
    await (await fleet.tenant('t1')).unmark('1_a.sql', { reason: 'a test' });
    const entries = await (await fleet.tenant('t1')).audit();
    expect(entries.map(({ action, details }) => [action, details?.['tenant']])).toEqual([
      ['migrate', 't1'],
      ['unmark', 't1'],
    ]);
    expect(await withMigrator((migrator) => migrator.audit())).toHaveLength(4);
  });
});

describe('the report of a rollout', () => {
  test('has the ID of the run of each tenant, including one that failed', async () => {
    const { fleet, events } = await on({
      '1_f.sql': `DO $$ BEGIN IF current_schema = 's1' THEN RAISE 'no'; END IF; END $$`,
    });
    const { tenants } = await fleet.migrate();
    const started = events.flatMap((event) =>
      event.type === 'run-started' && event.tenant !== undefined ? [`${event.tenant} ${event.runId}`] : [],
    );
    expect(tenants.map(({ outcome }) => outcome)).toEqual(['applied', 'failed']);
    expect(tenants.map(({ tenant, runId }) => `${tenant} ${runId}`).toSorted()).toEqual(started.toSorted());
    const { rows } = await db.query<{ run_id: string }>(
      `SELECT run_id FROM shared.schema_migrations_tenants WHERE tenant = 't1'`,
    );
    expect(rows).toEqual([{ run_id: tenants[1]?.runId }]);
  });

  test('is complete even if a selected tenant leaves the list meanwhile', async () => {
    let listed = 0;
    const list = () => tenantsUpTo(++listed <= 2 ? 2 : 1); // it is read before and after the shared files
    const { fleet } = await on(files, { list });
    expect((await fleet.migrate({ tenants: ['t0', 't1'] })).counts.applied).toBe(2);
  });
});
