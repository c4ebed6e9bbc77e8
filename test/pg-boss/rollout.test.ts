import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  renderEvent,
  MigrationFailedError,
  RefusedError,
  type Fleet,
  type TenantDefinition,
  type WaveResult,
} from '../../src/migrator.js';
import { fleetOn, inBrief, stopOf, tenantsUpTo } from '../fleet/fleet-on.js';
import { startCountingProxy } from '../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { engineOn, VERSIONS } from './engines.js';

const db = useEmptyDatabase('boss');
const files = {
  '1_a.sql': 'CREATE TABLE a (id int);',
  '2_b.sql': `INSERT INTO {{schema}}.a SELECT 1;
    DO $$ BEGIN IF EXISTS (SELECT FROM public.broken WHERE schema = current_schema) THEN RAISE 'broken'; END IF; END $$;`,
};

beforeEach(async () => {
  await db.query(`CREATE TABLE public.broken (schema text);
    DO $$ BEGIN FOR i IN 0..29 LOOP EXECUTE format('CREATE SCHEMA s%s', i); END LOOP; END $$`);
});

describe.each(VERSIONS)('a rollout over pg-boss %s', (version) => {
  const fleet = async (more: object = {}, ours: Record<string, string> = files) => {
    const tenants = { list: tenantsUpTo(30), engine: engineOn(version), ...more };
    return fleetOn({}, { connectionString: db.connectionString, files: ours, tenants });
  };
  const working = async (
    work: (workers: readonly Fleet<TenantDefinition>[]) => Promise<void>,
    count = 2,
    ours?: Record<string, string>,
  ): Promise<void> => {
    const workers = await Promise.all(Array.from({ length: count }, () => fleet({}, ours)));
    const ends = workers.map((worker) => worker.fleet.work());
    await work(workers.map((worker) => worker.fleet));
    await Promise.all(workers.map((worker) => worker.fleet.close()));
    await Promise.all(ends);
  };

  test('migrates each tenant once, in the workers, and reports as if it had done so itself', async () => {
    const { fleet: caller, events } = await fleet();
    await working(async () => {
      const run = await caller.migrate();
      expect(inBrief(run)).toEqual(tenantsUpTo(30).map(({ name }) => `${name} applied 1_a.sql 2_b.sql`));
      expect(run.tenants.every(({ runId, durationMs }) => runId !== undefined && durationMs > 0)).toBe(true);
      expect(inBrief(await caller.migrate())).toEqual(tenantsUpTo(30).map(({ name }) => `${name} nothing-to-do`));
      expect(await caller.rollouts()).toEqual([]);
    });
    expect(new Set(events.flatMap(({ tenant, type }) => (tenant === undefined ? [] : type)))).toEqual(
      new Set(['tenant-finished']),
    );
    const { rows } = await db.query(`SELECT count(*)::int, count(DISTINCT (tenant, migration_file))::int AS once
      FROM shared.schema_migrations_tenants`);
    expect(rows).toEqual([{ count: 60, once: 60 }]);
    await caller.close();
    await expectNoLeftovers(db);
  });

  test.each([false, true])('says once how each tenant ended, with the caller as a worker: %s', async (isWorker) => {
    await db.query(`INSERT INTO public.broken VALUES ('s1')`);
    const { fleet: caller, events } = await fleet({ rollout: { stopAfter: 9 } });
    const work = isWorker ? caller.work() : undefined;
    const ended = (): string[] =>
      events.flatMap((event) => (event.type === 'tenant-finished' ? `${event.tenant} ${event.result.outcome}` : []));
    await working(async () => {
      const { tenants } = await caller.migrate();
      expect(ended().toSorted()).toEqual(tenants.map(({ tenant, outcome }) => `${tenant} ${outcome}`).toSorted());
      await caller.migrate(); // tells only about the one that is behind
      expect(ended().slice(30)).toEqual(['t1 failed']);
    }, 1);
    await caller.close();
    await work;
  });

  test('reports the error of a tenant with everything that the error of a single run has', async () => {
    await db.query(`INSERT INTO public.broken VALUES ('s1'); DROP SCHEMA s2`);
    const { fleet: caller } = await fleet({ rollout: { stopAfter: 9 } });
    const direct = await fleetOn(
      {},
      { connectionString: db.connectionString, files, tenants: { list: tenantsUpTo(3) } },
    );
    await working(async () => {
      const { tenants } = await caller.migrate({ tenants: ['t0', 't1', 't2'] });
      expect(tenants.map(({ outcome }) => outcome)).toEqual(['applied', 'failed', 'failed']);
      const expected = await stopOf(direct.fleet.migrate());
      const [, failed, refused] = tenants.map(({ error }) => error);
      const [, sameFailed, sameRefused] = expected.report.tenants.map(({ error }) => error);
      expect(failed).toBeInstanceOf(MigrationFailedError);
      expect(failed?.message.replace('1_a.sql', 'none')).toBe(sameFailed?.message);
      expect((failed as MigrationFailedError).failure.server).toEqual(
        (sameFailed as MigrationFailedError).failure.server,
      );
      expect(refused).toBeInstanceOf(RefusedError);
      expect(refused).toEqual(sameRefused);
    });
    const { rows } = await db.query(`SELECT state::text, data->>'tenant' AS tenant FROM pgboss.job
      WHERE name LIKE 'nest-migrations-%-dead-letter' ORDER BY 2`);
    expect(rows).toEqual([
      { state: 'created', tenant: 't1' },
      { state: 'created', tenant: 't2' },
    ]);
  });

  test('stops when the failure budget is used up, and continues the next time', async () => {
    await db.query(`INSERT INTO public.broken SELECT 's' || i FROM generate_series(0, 29) AS i`);
    const { fleet: caller } = await fleet({ rollout: { stopAfter: 3 } });
    await working(async () => {
      const { report } = await stopOf(caller.migrate());
      expect(report.stopped?.by).toBe('failures');
      const { failed, skipped } = report.counts;
      expect(failed + skipped).toBe(30);
      expect(failed).toBeGreaterThanOrEqual(3);
      expect(failed).toBeLessThanOrEqual(3 + 2 * 4); // those that 2 workers with 4 places had begun
      await db.query('DELETE FROM public.broken');
      expect((await caller.migrate()).counts).toMatchObject({ applied: 30, failed: 0 });
    });
  });

  test('reads where all tenants stand, not each by itself', async () => {
    const { connectionString, messages } = await startCountingProxy(db.connectionString);
    const tenants = { list: tenantsUpTo(30), engine: engineOn(version), rollout: { parallelism: 1 } };
    const given = { connectionString, files, tenants };
    const [{ fleet: caller }, { fleet: worker }] = await Promise.all([fleetOn({}, given), fleetOn({}, given)]);
    const work = worker.work();
    expect((await caller.migrate()).counts.applied).toBe(30);
    await worker.close();
    await work;
    // The caller once; the worker the first tenant, then all. It reads its list again every 30 s.
    const reads = messages.filter((text) => /NOT MATERIALIZED.*1_a\.sql/.test(text)).length;
    expect(reads).toBeGreaterThanOrEqual(3);
    expect(reads).toBeLessThan(8);
  });

  test('goes through waves, and stops at a gate', async () => {
    const waves = [{ first: 2 }, { first: 10 }];
    const { fleet: caller } = await fleet({ rollout: { waves, gate: ({ wave }: WaveResult) => wave === 1 } });
    await working(async () => {
      const { report } = await stopOf(caller.migrate());
      expect(report.stopped?.by).toBe('gate');
      expect(report.counts).toMatchObject({ applied: 10, skipped: 20 });
      const { rows } = await db.query(
        'SELECT count(DISTINCT tenant)::int AS tenants FROM shared.schema_migrations_tenants',
      );
      expect(rows).toEqual([{ tenants: 10 }]);
    });
  });

  test('is left alone by workers with other files, and stops if there are no others', async () => {
    const { fleet: caller, events } = await fleet({ engine: engineOn(version, { workerTimeout: 3_000 }) });
    const work = async (): Promise<void> => {
      const { report } = await stopOf(caller.migrate());
      expect(report.stopped).toMatchObject({
        by: 'engine',
        reason: expect.stringContaining('nest-migrations fleet work'),
      });
      const [said, ...more] = events.filter(({ type }) => type === 'rollout-without-worker');
      expect(said && renderEvent(said)).toMatchObject([
        {
          level: 'warning',
          text: expect.stringMatching(/^No worker with the files [0-9a-f]{8}… has taken a tenant for /),
        },
      ]);
      expect(more).toEqual([]);
      expect(report.counts).toMatchObject({ skipped: 30 });
    };
    await working(work, 1, { ...files, '3_c.sql': 'CREATE TABLE c ()' });
    expect((await db.query(`SELECT FROM pg_class WHERE relname = 'schema_migrations_tenants'`)).rowCount).toBe(0);
  });

  test('puts no connection into a job', async () => {
    const { fleet: caller } = await fleet();
    await working(async () => {
      await caller.migrate();
    });
    const { rows } = await db.query(`SELECT DISTINCT jsonb_object_keys(data) AS key FROM pgboss.job ORDER BY 1`);
    expect(rows.map(({ key }) => key as string)).toEqual(['failuresLeft', 'part', 'rollout', 'tenant']);
  });
});
