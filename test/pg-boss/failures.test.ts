import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ConfigurationError, type Fleet, type TenantDefinition } from '../../src/migrator.js';
import type { PgBossOptions } from '../../src/pg-boss/engine.js';
import { pgBoss } from '../../src/pg-boss.js';
import { fleetOn, inBrief, stopOf, tenantsUpTo } from '../fleet/fleet-on.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { until } from '../support/jest/until.js';
import { engineOn, VERSIONS } from './engines.js';

const db = useEmptyDatabase('boss_failures');
const LATEST = VERSIONS.at(-1) ?? 10;
const endless = { '1_endless.sql': 'SELECT pg_sleep(600);' };

beforeEach(() => db.query(`CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2`));

async function fleetWith(
  files: Record<string, string>,
  options: PgBossOptions = {},
  version = 10,
): Promise<Fleet<TenantDefinition>> {
  const tenants = { list: tenantsUpTo(3), engine: engineOn(version, options) };
  const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants });
  return fleet;
}

/** Starts and ends a worker. */
async function createTables(version = LATEST): Promise<void> {
  const tenants = { list: [], engine: engineOn(version) };
  const { fleet, events } = await fleetOn({}, { connectionString: db.connectionString, files: endless, tenants });
  const work = fleet.work();
  await until(() => events.some(({ type }) => type === 'worker-started'));
  await fleet.close();
  await work;
}

const sleeping = async (): Promise<boolean> =>
  ((await db.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`))
    .rowCount ?? 0) > 0;

/** How a rollout stops whose only worker ends while it migrates a tenant. */
async function stopWithoutWorker(caller: Fleet<TenantDefinition>, worker: Fleet<TenantDefinition>) {
  const work = worker.work();
  const stopped = stopOf(caller.migrate());
  await until(sleeping);
  await worker.close();
  await work;
  return stopped;
}

describe.each(VERSIONS)('a rollout over pg-boss %s', (version) => {
  test('stops if its last worker has ended, though its jobs were tried', async () => {
    const [caller, worker] = [
      await fleetWith(endless, { workerTimeout: 2_000 }, version),
      await fleetWith(endless, {}, version),
    ];
    const { report } = await stopWithoutWorker(caller, worker);
    expect(report.stopped).toMatchObject({ by: 'engine', reason: expect.stringContaining('no worker') });
    expect(report.counts).toMatchObject({ applied: 0, interrupted: 3 });
  });

  test('counts a tenant that is not tried again as failed', async () => {
    const [caller, worker] = [
      await fleetWith(endless, { retries: 0 }, version),
      await fleetWith(endless, { retries: 0 }, version),
    ];
    const { report } = await stopWithoutWorker(caller, worker);
    expect(report.stopped).toMatchObject({ by: 'failures' });
    expect(report.counts.failed).toBeGreaterThan(0);
  });

  test('stops if its jobs vanish', async () => {
    const caller = await fleetWith(endless, { workerTimeout: 1_000 }, version);
    const stopped = stopOf(caller.migrate());
    const vanish = `DELETE FROM pgboss.job WHERE data ? 'tenant'`;
    await until(
      async () =>
        ((await db.query(`SELECT to_regclass('pgboss.job') AS job`)).rows[0] as { job: unknown }).job !== null,
    );
    await until(async () => (await db.query(vanish)).rowCount === 3);
    expect((await stopped).report.stopped).toMatchObject({
      by: 'engine',
      reason: expect.stringContaining('no longer'),
    });
  });

  test('reports errors whose texts PostgreSQL cannot store as they are', async () => {
    const files = {
      '1_a.sql': `DO $$ BEGIN RAISE '% \\u0000 %{}% \\\\u0000', chr(1), chr(1), chr(1); END $$; SELECT '{"a":"\\u0000"}'::jsonb;`,
    };
    const [caller, worker] = [await fleetWith(files, {}, version), await fleetWith(files, {}, version)];
    const work = worker.work();
    const { report } = await stopOf(caller.migrate());
    const expected = `\u0001 \\u0000 \u0001{}\u0001 \\\\u0000`;
    expect(report.tenants.find(({ outcome }) => outcome === 'failed')?.error).toMatchObject({
      failure: { server: { message: expected } },
    });
    await worker.close();
    await work;
  });
});

test('a job whose completion the queue lost in a crash is returned, and the report tells what was applied', async () => {
  const files = { '1_a.sql': 'CREATE TABLE a ();' };
  const [caller, worker] = [await fleetWith(files, {}, LATEST), await fleetWith(files, {}, LATEST)];
  await createTables();
  await db.query(`CREATE TABLE public.lost (id uuid);
    CREATE FUNCTION public.lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      LOCK TABLE public.lost; -- several may be completed at the same time
      IF EXISTS (SELECT FROM public.lost) THEN RETURN NEW; END IF;
      INSERT INTO public.lost VALUES (NEW.id);
      OLD.started_on = now() - interval '1 min';
      RETURN OLD;
    END $$;
    CREATE TRIGGER lose BEFORE UPDATE ON pgboss.job FOR EACH ROW WHEN (NEW.state = 'completed') EXECUTE FUNCTION public.lose()`);
  const work = worker.work();
  expect(inBrief(await caller.migrate())).toEqual(['t0', 't1', 't2'].map((name) => `${name} applied 1_a.sql`));
  expect((await db.query('SELECT FROM public.lost')).rowCount).toBe(1);
  await worker.close();
  await work;
});

test('jobs are added again if the session that adds them has not noticed a new queue yet', async () => {
  const files = { '1_a.sql': 'CREATE TABLE a ();' };
  const [caller, worker] = [await fleetWith(files), await fleetWith(files)];
  await createTables(10);
  await db.query(`CREATE SEQUENCE public.added;
    CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('public.added') IN (1, 3) THEN -- the rollout and its jobs
        RAISE 'no partition of relation "job" found for row' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER fail BEFORE INSERT ON pgboss.job FOR EACH ROW EXECUTE FUNCTION public.fail()`);
  const work = worker.work();
  expect((await caller.migrate()).counts).toMatchObject({ applied: 3 });
  await worker.close();
  await work;
});

test('an engine whose tables this version of pg-boss cannot use, or may not create, is refused at once', async () => {
  const caller = await fleetWith(endless);
  await db.query(
    'CREATE SCHEMA pgboss; CREATE TABLE pgboss.version (version int, maintained_on timestamptz, cron_on timestamptz); INSERT INTO pgboss.version VALUES (1)',
  );
  const { problems } = await failureOf(caller.migrate(), ConfigurationError);
  expect(problems).toMatchObject([
    { option: 'tenants.engine', detail: expect.stringContaining('pg-boss cannot be used') },
  ]);
});

/** Adds what a process announced that has died since. */
async function announceDead(): Promise<void> {
  const data = { command: 'pause', part: randomUUID(), tenants: 3, done: 1, failed: 0, seenAt: new Date(0) };
  await db.query(
    `INSERT INTO pgboss.job (name, data) SELECT name, $1 FROM pgboss.queue WHERE name LIKE 'nest-migrations-%-rollouts'`,
    [JSON.stringify(data)],
  );
}

test('a rollout whose process has died can be cancelled from another one, and is then gone', async () => {
  const fleet = await fleetWith(endless);
  await createTables();
  await announceDead();
  const [dead, ...others] = await fleet.rollouts();
  expect(others).toEqual([]);
  expect(dead).toMatchObject({ state: 'lost', tenants: 3, done: 1, seenAt: new Date(0) });
  expect(await fleet.control(String(dead?.rolloutId), 'cancel')).toBe(true);
  expect(await fleet.rollouts()).toEqual([]);
});

test('a rollout deletes queues of earlier files that were not used for a week, and what dead processes announced', async () => {
  const queues = `SELECT name FROM pgboss.queue WHERE name LIKE 'nest-migrations-%-tenants-%'`;
  const rollOut = async (files: Record<string, string>): Promise<void> => {
    const [caller, worker] = [await fleetWith(files), await fleetWith(files)];
    const work = worker.work();
    await caller.migrate();
    await Promise.all([caller.close(), worker.close(), work]);
  };
  const first = { '1_a.sql': 'CREATE TABLE a ();' };
  await rollOut(first);
  const [old] = (await db.query<{ name: string }>(queues)).rows;
  await announceDead();
  await db.query(`UPDATE pgboss.queue SET created_on = now() - interval '8 days';
    UPDATE pgboss.job SET created_on = now() - interval '8 days' WHERE data ? 'tenant'`);
  await rollOut({ ...first, '2_b.sql': 'CREATE TABLE b ();' });
  const left = (await db.query<{ name: string }>(queues)).rows;
  expect([left.length, left.some(({ name }) => name === old?.name)]).toEqual([1, false]);
  expect(await (await fleetWith(first)).rollouts()).toEqual([]);
});

test('a worker without tenants waits for some', async () => {
  const tenants = { list: [], engine: engineOn(10) };
  const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files: endless, tenants });
  let hasEnded = false;
  const work = fleet.work().then(() => (hasEnded = true));
  await until(async () => {
    const { rows } = await db.query(`SELECT to_regclass('pgboss.queue') IS NOT NULL AS is_there`);
    return (rows[0] as { is_there: boolean }).is_there && (await fleet.rollouts()).length === 0;
  });
  expect(hasEnded).toBe(false);
  await fleet.close();
  await work;
});

test('wrong options are refused, each with its name', () => {
  const wrong = { retries: -1, workerTimeout: '60', schema: 'a-b', connectionString: '', retry: 1 } as never;
  expect(() => pgBoss(wrong)).toThrow(ConfigurationError);
  expect(() => pgBoss(wrong)).toThrow(/retries.*workerTimeout.*schema.*connectionString.*retry/s);
});
