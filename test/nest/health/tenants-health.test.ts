import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { ConfigurationError, Fleet, MigrationsHealthIndicator, type TenantFleet } from '../../../src/index.js';
import type { HealthOptions } from '../../../src/nest/configuration/options.js';
import { tenantsUpTo } from '../../fleet/fleet-on.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';
import { until } from '../../support/jest/until.js';
import { ask, startServing } from './health-application.js';

const db = useEmptyDatabase('tenants_health');

beforeEach(async () => {
  await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2; CREATE SCHEMA s3');
});

/** An application with four tenants, of which the first ones have been migrated. */
async function start(migrated: number, health: HealthOptions = {}, list = tenantsUpTo(4)): Promise<INestApplication> {
  const app = await startServing({
    connectionString: db.connectionString,
    directory: await migrationsDirectory({ '1_shared.sql': 'CREATE TABLE shared_table (id int)' }),
    onBootstrap: 'off',
    health: { cache: 0, ...health },
    tenants: { directory: await migrationsDirectory({ '1_a.sql': 'CREATE TABLE a (id int)' }), list },
  });
  await fleetOf(app).migrate({ tenants: tenantsUpTo(migrated).map(({ name }) => name) });
  return app;
}

const fleetOf = (app: INestApplication): TenantFleet => app.get<TenantFleet>(Fleet);

describe('the health of tenants', () => {
  test('all current: up, with their number', async () => {
    expect(await ask(await start(4))).toMatchObject({
      code: 200,
      details: {
        status: 'up',
        message: 'up to date; 4 of 4 tenants current',
        tenants: { current: 4, behind: 0, failed: 0, refused: 0, missing: 0, unknown: 0 },
      },
    });
  });

  test('more than a tenth behind: down, and only the full report names them', async () => {
    const app = await start(2, { details: 'full' });
    const { code, details } = await ask(app);
    expect(code).toBe(503);
    expect(details).toMatchObject({
      status: 'down',
      message: '2 of 4 tenants current, 2 behind',
      tenantsNotCurrent: [
        { tenant: 't2', state: 'behind' },
        { tenant: 't3', state: 'behind' },
      ],
    });
  });

  test('one of a few behind: up, and by default unnamed, unlike files', async () => {
    const { code, details, text } = await ask(await start(3));
    expect([code, details['message']]).toEqual([200, 'up to date; 3 of 4 tenants current, 1 behind']);
    expect(text).not.toMatch(/t[0-3]"|s[0-3]"|1_a/);
    expect(details).toMatchObject({ newestApplied: '1_shared.sql' });
  });

  test('after a rollout of this process, the states are read again, cache or not', async () => {
    const app = await start(1, { cache: 60_000 });
    expect((await ask(app)).code).toBe(503);
    await fleetOf(app).migrate();
    await until(async () => (await ask(app)).code === 200); // it may show the states of before while it reads
  });

  test('one that failed in the background does not keep the others down', async () => {
    await db.query('CREATE TABLE s3.a ()');
    const app = await startServing({
      connectionString: db.connectionString,
      onBootstrap: 'background',
      directory: await migrationsDirectory({ '1_shared.sql': 'CREATE TABLE shared_table (id int)' }),
      tenants: {
        directory: await migrationsDirectory({ '1_a.sql': 'CREATE TABLE a (id int)' }),
        list: tenantsUpTo(4),
        rollout: { parallelism: 1 },
      },
    });
    await until(async () => (await ask(app)).code === 200);
    expect((await ask(app)).details).toMatchObject({ message: 'up to date; 3 of 4 tenants current, 1 failed' });
    expect((await ask(app)).details).not.toHaveProperty('state');
  });

  test('options of one check that are undefined leave those of the module, and an invalid tolerance is refused', async () => {
    const app = await start(2, { tenants: { tolerated: 2 } });
    const indicator = app.get(MigrationsHealthIndicator);
    const nothing = { cache: undefined, details: undefined, tenants: { tolerated: undefined } } as object;
    expect((await indicator.check('own', nothing)).own).toMatchObject({
      status: 'up',
      message: 'up to date; 2 of 4 tenants current, 2 behind',
    });
    const check = indicator.check('own', { tenants: { tolerated: 'some' as '1%' } });
    expect((await failureOf(check, ConfigurationError)).problems).toMatchObject([
      { option: 'health.tenants.tolerated', code: 'invalid', given: '"some"' },
    ]);
  });

  test.each<[tolerated: number | `${number}%`, code: number]>([
    [0, 503],
    [1, 503],
    [2, 200],
    ['49%', 503],
    ['50%', 200],
  ])('two of four behind, %j tolerated: status %d', async (tolerated, code) => {
    expect((await ask(await start(2, { tenants: { tolerated } }))).code).toBe(code);
  });

  test('the status for too many can be chosen', async () => {
    const { code, details } = await ask(await start(1, { tenants: { exceeded: 'degraded' } }));
    expect([code, details['message']]).toEqual([200, '1 of 4 tenants current, 3 behind']);
  });

  test('ignored tenants are not read', async () => {
    const app = await start(0, { tenants: { exceeded: 'ignore' } });
    const reads = jest.spyOn(fleetOf(app), 'status');
    expect((await ask(app)).details).toMatchObject({ status: 'up', message: 'up to date' });
    expect(reads).not.toHaveBeenCalled();
  });

  test.each(['counts', 'status'] as const)('details: %s shows no names', async (details) => {
    const { text } = await ask(await start(1, { details }));
    expect(text).not.toMatch(/t[0-3]"|s[0-3]"|1_a/);
    expect(text.includes('1 of 4 tenants current')).toBe(details === 'counts');
  });

  test('within the cache, checks cost nothing, and guards use the same read', async () => {
    const app = await start(4, { cache: 60_000 });
    const reads = jest.spyOn(fleetOf(app), 'status');
    for (let i = 0; i < 3; i++) expect((await ask(app)).code).toBe(200);
    expect((await fleetOf(app).known.of('t2', 60_000))?.state).toBe('current');
    expect(reads).toHaveBeenCalledTimes(1);
  });

  test('a list that cannot be used is down, and nothing of it is shown', async () => {
    const app = await start(4);
    jest.spyOn(fleetOf(app), 'status').mockRejectedValue(new Error('password=secret'));
    const { code, text } = await ask(app);
    expect(code).toBe(503);
    expect(text).toContain('tenants: the state of the migrations cannot be determined');
    expect(text).not.toContain('secret');
  });

  test('a shared file that is pending is a reason of its own', async () => {
    const app = await start(4);
    await db.query(`DELETE FROM shared.schema_migrations`);
    expect((await ask(app)).details).toMatchObject({
      status: 'down',
      message: '1 migration of this release not applied',
      tenants: { current: 4 },
    });
  });
});
