import { DatabaseConnectionError } from '../../src/migrator.js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database/database.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { until } from '../support/jest/until.js';
import { fleetOn, inBrief, stopOf, tenantsUpTo } from './fleet-on.js';

const db = useEmptyDatabase('tenant_places');
const files = { '1_a.sql': 'CREATE TABLE a AS SELECT current_database() AS database;' };
const others: TestDatabase[] = [];

beforeAll(async () => {
  others.push(await createTestDatabase('tenant_one'), await createTestDatabase('tenant_two'));
});
afterAll(() => Promise.all(others.map((each) => each.drop())));

const waitsForLock = async (): Promise<boolean> => {
  const { rowCount } = await db.query(
    `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 42`,
  );
  return rowCount === 1;
};

describe('tenants', () => {
  test('may each have a database, a schema in another database, or a schema here', async () => {
    const [one, two] = others as [TestDatabase, TestDatabase];
    await db.query('CREATE SCHEMA s0');
    await two.query('CREATE SCHEMA s0');
    const list = [
      ...tenantsUpTo(1),
      { name: 'own', connectionString: one.connectionString },
      { name: 'elsewhere', schema: 's0', connection: { connectionString: two.connectionString } },
    ];
    const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } });
    const all = ['t0', 'own', 'elsewhere'];
    expect(inBrief(await fleet.migrate())).toEqual(all.map((name) => `${name} applied 1_a.sql`));
    expect(inBrief(await fleet.migrate())).toEqual(all.map((name) => `${name} nothing-to-do`));
    expect((await one.query('SELECT migration_file FROM shared.schema_migrations')).rows).toHaveLength(1);
    expect((await one.query('SELECT database FROM public.a')).rows).toEqual([{ database: one.name }]);
    expect((await two.query('SELECT tenant FROM shared.schema_migrations_tenants')).rows).toEqual([
      { tenant: 'elsewhere' },
    ]);
    expect((await two.query('SELECT database FROM s0.a')).rows).toEqual([{ database: two.name }]);
    await fleet.close();
    await Promise.all([db, one, two].map((each) => expectNoLeftovers(each)));
  });

  test('whose database cannot be reached fail last, and keep no other from being migrated', async () => {
    await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1');
    const gone = new URL(db.connectionString);
    gone.pathname = '/no_such_database';
    const list = [{ name: 'gone', connectionString: gone.href }, ...tenantsUpTo(2)];
    const { fleet, events } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } });
    expect((await fleet.status()).tenants.map(({ state, error }) => [state, error?.name])).toEqual([
      ['unknown', 'DatabaseConnectionError'],
      ['behind', undefined],
      ['behind', undefined],
    ]);
    const { report } = await stopOf(fleet.migrate());
    expect(inBrief(report)).toEqual(['gone failed', 't0 applied 1_a.sql', 't1 applied 1_a.sql']);
    expect(report.tenants[0]?.error).toBeInstanceOf(DatabaseConnectionError);
    expect(events.at(-1)).toMatchObject({ type: 'rollout-stopped', by: 'failures' });
  });

  test('that are created meanwhile and cannot be reached do not cost the report of the others', async () => {
    await db.query('CREATE SCHEMA s0');
    const gone = new URL(db.connectionString);
    gone.pathname = '/no_such_database';
    let listed = 0;
    const list = () => [...tenantsUpTo(1), ...(listed++ === 0 ? [] : [{ name: 'gone', connectionString: gone.href }])];
    const { fleet, events } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } });
    const { report } = await stopOf(fleet.migrate());
    expect(inBrief(report)).toEqual(['t0 applied 1_a.sql', 'gone skipped']);
    expect(report.stopped).toMatchObject({ by: 'list', reason: expect.stringContaining('no_such_database') });
    expect(events.at(-1)).toMatchObject({ type: 'rollout-stopped', by: 'list' });
  });

  test('with a database each never have more sessions than the parallelism', async () => {
    const [one, two] = others as [TestDatabase, TestDatabase];
    const list = [one, two].map(({ name, connectionString }) => ({ name, connectionString }));
    const names = `ARRAY['${one.name}', '${two.name}']`;
    // Runs in one tenant after the other, and records who else is connected.
    const watching = {
      '2_w.sql': `CREATE TABLE public.others AS SELECT datname FROM pg_stat_activity WHERE datname = ANY (${names}) AND datname <> current_database() AND backend_type = 'client backend'`,
    };
    const tenants = { list, rollout: { parallelism: 1 } };
    const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files: watching, tenants });
    const connected = async () =>
      (
        await db.query(
          `SELECT FROM pg_stat_activity WHERE datname = ANY (${names}) AND backend_type = 'client backend'`,
        )
      ).rowCount;
    for (const each of [one, two]) await each.query('DROP SCHEMA IF EXISTS shared CASCADE');
    await fleet.status();
    await until(async () => (await connected()) === 0, 5_000);
    expect((await fleet.migrate()).counts.applied).toBe(2);
    await until(async () => (await connected()) === 0, 5_000);
    for (const each of [one, two]) expect((await each.query('SELECT * FROM public.others')).rows).toEqual([]);
  });

  test('may each have their own history', async () => {
    await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1');
    const tenants = { list: tenantsUpTo(3), history: 'per-tenant', rollout: { stopAfter: 9 } } as const;
    const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants });
    const states = async () => (await fleet.status()).tenants.map(({ state }) => state);
    expect(await states()).toEqual(['behind', 'behind', 'missing']);
    expect(inBrief(await fleet.migrate())).toEqual(['t0 applied 1_a.sql', 't1 applied 1_a.sql', 't2 failed']);
    expect(await states()).toEqual(['current', 'current', 'missing']);
    expect((await db.query('SELECT FROM s1.schema_migrations')).rowCount).toBe(1);
    expect((await db.query(`SELECT FROM pg_class WHERE relname = 'schema_migrations_tenants'`)).rowCount).toBe(0);
    expect((await fleet.provision({ name: 't2', schema: 's2' })).applied).toEqual(['1_a.sql']);
  });

  test('are migrated through a pool of the application, which stays open', async () => {
    await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2');
    const pool = db.pool({ max: 1 });
    const { fleet } = await fleetOn({ '1_s.sql': 'SELECT 1' }, { pool, files, tenants: { list: tenantsUpTo(3) } });
    expect((await fleet.migrate()).counts.applied).toBe(3);
    await fleet.close();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('leave the only client of a pool to the application, after the run of one and while a gate is closed', async () => {
    await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2');
    const pool = db.pool({ max: 1, connectionTimeoutMillis: 2_000 });
    const one = async () => (await pool.query<{ one: number }>('SELECT 1 AS one')).rows[0]?.one === 1;
    const rollout = { waves: [{ first: 1 }], gate: one };
    const { fleet } = await fleetOn({}, { pool, files, tenants: { list: tenantsUpTo(3), rollout } });
    await (await fleet.tenant('t0')).migrate();
    expect(await one()).toBe(true);
    const run = await fleet.migrate();
    expect(run.counts).toMatchObject({ applied: 2, 'nothing-to-do': 1 });
  });

  test('never take the last client of a larger pool', async () => {
    await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2');
    const pool = db.pool({ max: 2, connectionTimeoutMillis: 2_000 });
    const answers: unknown[] = [];
    const { fleet } = await fleetOn(
      {},
      {
        pool,
        files: { '1_w.sql': 'SELECT pg_advisory_xact_lock_shared(42)' },
        tenants: { list: tenantsUpTo(3), rollout: { parallelism: 3 } },
      },
    );
    const blocker = await db.pool({ max: 1 }).connect();
    await blocker.query('SELECT pg_advisory_lock(42)');
    const rollout = fleet.migrate();
    await until(() => waitsForLock());
    answers.push(((await pool.query('SELECT 1 AS one').catch(String)) as { rows?: unknown }).rows);
    await blocker.query('SELECT pg_advisory_unlock(42)');
    blocker.release();
    expect((await rollout).counts.applied).toBe(3);
    expect(answers).toEqual([[{ one: 1 }]]);
  });

  test('wait for each other if the pool that migrates is smaller than the parallelism', async () => {
    await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2');
    const { fleet } = await fleetOn(
      {},
      {
        connectionString: db.connectionString,
        migrateWith: { pool: db.pool({ max: 1, connectionTimeoutMillis: 100 }) },
        timeouts: { connectRetry: 0 },
        files: { '1_w.sql': 'SELECT pg_sleep(0.5)' },
        tenants: { list: tenantsUpTo(3), rollout: { parallelism: 3, stopAfter: 9 } },
      },
    );
    expect(inBrief(await fleet.migrate())).toEqual([0, 1, 2].map((i) => `t${i} applied 1_w.sql`));
  });

  test('have operations of their own', async () => {
    await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1');
    const { fleet } = await fleetOn(
      {},
      { connectionString: db.connectionString, files, tenants: { list: tenantsUpTo(2) } },
    );
    const migrator = await fleet.tenant('t1');
    expect((await migrator.pending()).map(({ file }) => file)).toEqual(['1_a.sql']);
    await migrator.mark('1_a.sql');
    expect((await migrator.history()).map(({ file, origin }) => [file, origin])).toEqual([['1_a.sql', 'mark']]);
    expect((await fleet.status()).tenants.map(({ tenant, state }) => [tenant, state])).toEqual([
      ['t0', 'behind'],
      ['t1', 'current'],
    ]);
    await migrator.unmark('1_a.sql');
    expect((await migrator.pending()).map(({ file }) => file)).toEqual(['1_a.sql']);
  });
});
