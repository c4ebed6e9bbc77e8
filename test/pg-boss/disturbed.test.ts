import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Fleet, FleetOptions, RunningRollout, TenantDefinition } from '../../src/migrator.js';
import { fleetOn, stopOf, tenantsUpTo } from '../fleet/fleet-on.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { until } from '../support/jest/until.js';
import { engineOn, VERSIONS } from './engines.js';
import { WorkerProcess } from './worker-processes.js';

const db = useEmptyDatabase('boss_disturbed');
const TENANTS = 12;
const log = 'INSERT INTO public.runs VALUES (current_schema);';
const files = { '1_a.sql': `CREATE TABLE a (); ${log}`, '2_slow.sql': `SELECT pg_sleep(0.4); ${log}` };
const endless = { '1_a.sql': `CREATE TABLE a (); ${log}`, '2_endless.sql': `${log} SELECT pg_sleep(600);` };

beforeEach(async () => {
  await db.query(`CREATE TABLE public.runs (schema text);
    DO $$ BEGIN FOR i IN 0..${TENANTS - 1} LOOP EXECUTE format('CREATE SCHEMA s%s', i); END LOOP; END $$`);
});

const runs = async (): Promise<number> => (await db.query('SELECT FROM public.runs')).rowCount ?? 0;
const activeJobs = async (): Promise<number> =>
  (await db.query(`SELECT FROM pgboss.job WHERE state = 'active' AND name LIKE 'nest-migrations-%'`)).rowCount ?? 0;

/** The one rollout that is running. */
async function running(fleet: Fleet<TenantDefinition>): Promise<RunningRollout> {
  const found = async (): Promise<RunningRollout | undefined> => (await fleet.rollouts())[0];
  await until(async () => (await found()) !== undefined);
  return (await found()) as RunningRollout;
}

describe.each(VERSIONS)('over pg-boss %s', (version) => {
  const setUp = async (given: Record<string, string>) => {
    const tenants = { list: tenantsUpTo(TENANTS), rollout: { parallelism: 2 } };
    const { fleet, directory } = await fleetOn(
      {},
      { connectionString: db.connectionString, files: given, tenants: { ...tenants, engine: engineOn(version) } },
    );
    const options: FleetOptions = {
      connectionString: db.connectionString,
      tenants: { directory, sharedFiles: false, ...tenants },
    };
    return { fleet, worker: () => WorkerProcess.start(version, options) };
  };
  test('the tenants of a worker that is killed are migrated by another one, each file once', async () => {
    const { fleet, worker } = await setUp(files);
    const [killed] = await Promise.all([worker(), worker()]);
    const rollout = fleet.migrate();
    await until(async () => (await runs()) >= 3);
    await killed.end('SIGKILL');
    const { tenants, counts } = await rollout;
    expect(counts).toMatchObject({ applied: TENANTS });
    for (const { applied, runId } of tenants) expect([applied, typeof runId]).toEqual([Object.keys(files), 'string']);
    expect(await runs()).toBe(TENANTS * 2);
  });

  test('a worker that is asked to end leaves its tenants to another one', async () => {
    const { fleet, worker } = await setUp(files);
    const [ended] = await Promise.all([worker(), worker()]);
    const rollout = fleet.migrate();
    await until(async () => (await runs()) >= 3);
    await ended.end('SIGTERM');
    expect((await rollout).counts).toMatchObject({ applied: TENANTS });
    expect(await runs()).toBe(TENANTS * 2);
  });

  test('another process pauses a rollout, and lets it continue', async () => {
    const { fleet, worker } = await setUp(files);
    await worker();
    const rollout = fleet.migrate();
    const { fleet: other } = await setUp(files);
    await until(async () => (await runs()) >= 1);
    const { rolloutId } = await running(other);
    expect(await other.control(rolloutId, 'pause')).toBe(true);
    await until(async () => (await running(other)).state === 'paused');
    const held = `SELECT FROM pgboss.job WHERE start_after = 'infinity' AND name LIKE 'nest-migrations-%'`;
    await until(async () => ((await db.query(held)).rowCount ?? 0) > 0 && (await activeJobs()) === 0);
    const done = await runs();
    await until(async () => (await running(other)).done === done / 2);
    expect(done).toBeLessThan(TENANTS * 2);
    expect(await other.control(rolloutId, 'resume')).toBe(true);
    expect((await rollout).counts).toMatchObject({ applied: TENANTS });
    expect(await other.control(rolloutId, 'pause')).toBe(false);
  });

  test('another process cancels a rollout, and migrations that are running are interrupted', async () => {
    const { fleet, worker } = await setUp(endless);
    const started = await worker();
    const stopped = stopOf(fleet.migrate());
    const { fleet: other } = await setUp(endless);
    await until(async () => (await runs()) >= 2);
    expect(await other.control((await running(other)).rolloutId, 'cancel')).toBe(true);
    const { report } = await stopped;
    expect(report.stopped).toMatchObject({ by: 'interrupted' });
    expect(report.counts).toMatchObject({ interrupted: 2, skipped: TENANTS - 2 });
    for (const { outcome, applied } of report.tenants)
      expect(applied).toEqual(outcome === 'interrupted' ? ['1_a.sql'] : []);
    await started.end('SIGTERM');
    await Promise.all([fleet.close(), other.close()]);
    await expectNoLeftovers(db);
  });
});
