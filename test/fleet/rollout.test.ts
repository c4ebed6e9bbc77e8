import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError, RefusedError, renderEvent, type MigrationEvent } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { startCountingProxy } from '../support/programs/counting-proxy.js';
import { fleetOn, inBrief, stopOf, tenantsUpTo } from './fleet-on.js';

const db = useEmptyDatabase('rollout');
const here = () => ({ connectionString: db.connectionString });
const files = {
  '1_a.sql': 'CREATE TABLE a (id int);',
  '2_b.sql': 'INSERT INTO {{schema}}.a SELECT 1;',
};
/** Fails for the tenants in the table public.broken. */
const fragile = {
  ...files,
  '3_c.sql': `DO $$ BEGIN IF EXISTS (SELECT FROM public.broken WHERE schema = current_schema) THEN RAISE 'broken'; END IF; END $$;`,
};

beforeEach(async () => {
  await db.query(`CREATE TABLE public.broken (schema text);
    DO $$ BEGIN FOR i IN 0..5 LOOP EXECUTE format('CREATE SCHEMA s%s', i); END LOOP; END $$`);
});

const rowsIn = async (table: string): Promise<number> =>
  Number((await db.query<{ count: string }>(`SELECT count(*) FROM ${table}`)).rows[0]?.count);

/** The results that the events contain, none twice. */
function resultsIn(events: readonly MigrationEvent[]): ReadonlySet<unknown> {
  const results = events.flatMap((event) => (event.type === 'tenant-finished' ? event.result : []));
  expect(new Set(results.map(({ tenant }) => tenant)).size).toBe(results.length);
  return new Set(results);
}

describe('a rollout', () => {
  test('applies the shared files, then the tenant files, each once', async () => {
    const shared = { '1_s.sql': 'CREATE TABLE shared.settings (id int)' };
    const { fleet, events } = await fleetOn(shared, { ...here(), files, tenants: { list: tenantsUpTo(3) } });
    const run = await fleet.migrate();
    expect(run.shared?.applied).toEqual(['1_s.sql']);
    expect(inBrief(run)).toEqual([
      't0 applied 1_a.sql 2_b.sql',
      't1 applied 1_a.sql 2_b.sql',
      't2 applied 1_a.sql 2_b.sql',
    ]);
    expect(await Promise.all(['s0.a', 's1.a', 's2.a'].map(rowsIn))).toEqual([1, 1, 1]);
    expect(new Set(events.flatMap(({ tenant }) => tenant ?? []))).toEqual(new Set(['t0', 't1', 't2']));
    expect(inBrief(await fleet.migrate())).toEqual(['t0 nothing-to-do', 't1 nothing-to-do', 't2 nothing-to-do']);
    expect(resultsIn(events)).toEqual(new Set(run.tenants));
    expect(await rowsIn('shared.schema_migrations')).toBe(1);
    expect(await rowsIn('shared.schema_migrations_tenants')).toBe(6);
    expect((await fleet.status()).counts).toMatchObject({ current: 3, behind: 0 });
    await fleet.close();
    await expectNoLeftovers(db);
  });

  test('does not change the search_path of the session, and reuses a few sessions', async () => {
    const proxy = await startCountingProxy(db.connectionString);
    const { fleet } = await fleetOn(
      {},
      {
        connectionString: proxy.connectionString,
        files: {
          '1_p.sql':
            'CREATE TABLE p AS SELECT current_schema AS schema, pg_backend_pid() AS pid; SET search_path = public;',
        },
        tenants: { list: tenantsUpTo(6), rollout: { parallelism: 2 } },
      },
    );
    expect((await fleet.migrate()).counts.applied).toBe(6);
    const union = [0, 1, 2, 3, 4, 5].map((i) => `SELECT schema, pid FROM s${i}.p`).join(' UNION ALL ');
    const { rows } = await db.query<{ schema: string; pid: number }>(`${union} ORDER BY 1`);
    expect(rows.map(({ schema }) => schema)).toEqual(['s0', 's1', 's2', 's3', 's4', 's5']);
    expect(new Set(rows.map(({ pid }) => pid)).size).toBeLessThanOrEqual(2);
    await fleet.close();
    await expectNoLeftovers(db);
  });

  test('with nothing to do takes one query, however many tenants there are', async () => {
    const tenants = { list: tenantsUpTo(6) };
    const first = await fleetOn({}, { ...here(), files, tenants });
    await first.fleet.migrate();
    const proxy = await startCountingProxy(db.connectionString);
    const { fleet } = await fleetOn({}, { connectionString: proxy.connectionString, files, tenants });
    expect((await fleet.migrate()).counts['nothing-to-do']).toBe(6);
    expect(proxy.messages).toHaveLength(1);
  });

  test('leaves only the failed tenant behind, within the budget', async () => {
    await db.query(`INSERT INTO public.broken VALUES ('s1')`);
    const { fleet, events } = await fleetOn(
      {},
      {
        ...here(),
        files: fragile,
        tenants: { list: tenantsUpTo(3), rollout: { stopAfter: 2 } },
      },
    );
    const run = await fleet.migrate();
    const all = '1_a.sql 2_b.sql 3_c.sql';
    expect(inBrief(run)).toEqual([`t0 applied ${all}`, 't1 failed 1_a.sql 2_b.sql', `t2 applied ${all}`]);
    expect(run.tenants[1]?.error).toBeInstanceOf(MigrationFailedError);
    expect(events.filter(({ type }) => type === 'run-failed')).toEqual([expect.objectContaining({ tenant: 't1' })]);
    expect(resultsIn(events)).toEqual(new Set(run.tenants));
    const ends = events.filter(({ type }) => type === 'tenant-finished').flatMap(renderEvent);
    expect(ends.map(({ level, text }) => `${level}: ${text.replace(/\(.*\)/, '(…)')}`).toSorted()).toEqual([
      'debug: Tenant t0: migrated (…)',
      'debug: Tenant t2: migrated (…)',
      'warning: Tenant t1: failed (…)',
    ]);
    expect((await fleet.status()).tenants.map(({ state, failed }) => [state, failed])).toEqual([
      ['current', []],
      ['failed', ['3_c.sql']],
      ['current', []],
    ]);
    await db.query('DELETE FROM public.broken');
    expect(inBrief(await fleet.migrate())).toEqual(['t0 nothing-to-do', 't1 applied 3_c.sql', 't2 nothing-to-do']);
  });

  test('stops when the budget is used up, says so, and continues without flags', async () => {
    await db.query(`INSERT INTO public.broken VALUES ('s1')`);
    const { fleet } = await fleetOn(
      {},
      {
        ...here(),
        files: fragile,
        tenants: { list: tenantsUpTo(4), rollout: { parallelism: 1 } },
      },
    );
    const stopped = await stopOf(fleet.migrate());
    const all = '1_a.sql 2_b.sql 3_c.sql';
    expect(inBrief(stopped.report)).toEqual([
      `t0 applied ${all}`,
      't1 failed 1_a.sql 2_b.sql',
      't2 skipped',
      't3 skipped',
    ]);
    expect(stopped.message).toContain('1 tenant failed, and "rollout.stopAfter" is 1');
    expect(stopped.message).toContain('The first failure, tenant t1:');
    // The failed tenant comes last, so the others do not have to wait until it is repaired.
    const again = await stopOf(fleet.migrate());
    expect(inBrief(again.report)).toEqual(['t0 nothing-to-do', 't1 failed', `t2 applied ${all}`, `t3 applied ${all}`]);
    await db.query('DELETE FROM public.broken');
    expect(inBrief(await fleet.migrate())[1]).toBe('t1 applied 3_c.sql');
  });

  test('reports the tenant that was running as interrupted and the others as skipped', async () => {
    const controller = new AbortController();
    const { fleet } = await fleetOn(
      {},
      {
        ...here(),
        files: { '1_slow.sql': 'CREATE TABLE slow (); SELECT pg_sleep(60);' },
        tenants: { list: tenantsUpTo(2), rollout: { parallelism: 1 } },
        onEvent: ({ type }) => type === 'migration-started' && setTimeout(() => controller.abort('a test'), 200),
      },
    );
    const stopped = await stopOf(fleet.migrate({ signal: controller.signal }));
    expect(inBrief(stopped.report)).toEqual(['t0 interrupted', 't1 skipped']);
    expect(stopped.report.stopped).toEqual({ by: 'interrupted', reason: 'it was interrupted by a test' });
    expect((await db.query(`SELECT FROM pg_class WHERE relname = 'slow'`)).rowCount).toBe(0);
    await fleet.close();
    await expectNoLeftovers(db);
  });

  test('migrates a tenant that is created while it runs', async () => {
    let listed = 0;
    const list = () => tenantsUpTo(++listed === 1 ? 1 : 2);
    const { fleet } = await fleetOn({}, { ...here(), files, tenants: { list } });
    expect(inBrief(await fleet.migrate())).toEqual(['t0 applied 1_a.sql 2_b.sql', 't1 applied 1_a.sql 2_b.sql']);
  });

  test('refuses a tenant whose schema is missing, and migrates the others', async () => {
    const list = [{ name: 'gone', schema: 'gone' }, ...tenantsUpTo(1)];
    const { fleet } = await fleetOn({}, { ...here(), files, tenants: { list, rollout: { stopAfter: 2 } } });
    const { tenants } = await fleet.migrate();
    expect(tenants.map(({ tenant, outcome }) => [tenant, outcome])).toEqual([
      ['gone', 'failed'],
      ['t0', 'applied'],
    ]);
    expect(tenants[0]?.error).toBeInstanceOf(RefusedError);
    expect(tenants[0]?.error?.message).toContain('Tenant gone has no schema: "gone" does not exist.');
    expect((await db.query(`SELECT FROM shared.schema_migrations_tenants WHERE tenant = 'gone'`)).rowCount).toBe(0);
  });

  test('reads and compiles the files once', async () => {
    const { fleet, directory } = await fleetOn(
      {},
      {
        ...here(),
        files,
        tenants: { list: tenantsUpTo(4) },
        onEvent: ({ type }) => type === 'rollout-started' && void writeFile(join(directory, '1_a.sql'), 'nonsense'),
      },
    );
    expect((await fleet.migrate()).counts.applied).toBe(4);
  });

  test('lets concurrent index builds of tenants in one database take turns', async () => {
    const { fleet, events } = await fleetOn(
      {},
      {
        ...here(),
        files: { ...files, '3_i.sql': '-- no-transaction\nCREATE INDEX CONCURRENTLY a_id ON a (id);' },
        tenants: { list: tenantsUpTo(4), rollout: { parallelism: 4 } },
      },
    );
    expect((await fleet.migrate()).counts.applied).toBe(4);
    const ends = ['migration-started', 'migration-applied'];
    const builds = events.flatMap((event) =>
      'file' in event && event.file === '3_i.sql' && ends.includes(event.type) ? [`${event.type} ${event.tenant}`] : [],
    );
    const ofOneTenant = builds.filter((_, i) => i % 2 === 0).map((text, i) => [text, builds[2 * i + 1]]);
    for (const [started = '', applied] of ofOneTenant)
      expect(applied).toBe(started.replace('migration-started', 'migration-applied'));
    expect(builds).toHaveLength(8);
  });
});
