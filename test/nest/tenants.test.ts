import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Fleet,
  MIGRATIONS_READY,
  MigrationsHealthIndicator,
  MigrationsModule,
  type MigrationEvent,
  type MigrationsModuleOptions,
  type MigrationsReady,
  NotUpToDateError,
  RolloutStoppedError,
  type TenantFleet,
} from '../../src/index.js';
import type { HealthOptions } from '../../src/nest/configuration/options.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { until } from '../support/jest/until.js';
import { useMigrations } from '../support/migrator/use-migrations.js';
import { tenantsUpTo, inBrief } from '../fleet/fleet-on.js';

let app: INestApplicationContext | undefined;
// Before the hooks of the database, which expect that nothing is connected to it.
afterEach(async () => {
  await app?.close();
  app = undefined;
});

const db = useEmptyDatabase('nest_tenants');
afterEach(() => expectNoLeftovers(db));

const shared = useMigrations({ '1_s.sql': 'CREATE TABLE public.settings (id int);' });
const own = useMigrations({ '1_a.sql': 'CREATE TABLE a (id int);' });

@Injectable()
class Schools {
  all() {
    return tenantsUpTo(2);
  }
}

@Module({})
class AppModule {}

@Module({ providers: [Schools], exports: [Schools] })
class SchoolsModule {}

const list = { imports: [SchoolsModule], inject: [Schools], useFactory: (schools: Schools) => schools.all() };
async function start(options: Partial<MigrationsModuleOptions> = {}): Promise<INestApplicationContext> {
  const tenants = { ...own, list };
  const module = MigrationsModule.forRoot({
    connectionString: db.connectionString,
    ...shared,
    tenants,
    drift: false,
    ...options,
  });
  app = await NestFactory.createApplicationContext(
    { module: AppModule, imports: [module] },
    { logger: false, abortOnError: false },
  );
  return app;
}

/** The finished runs of shared files. */
const inBackground = async (sharedFiles: boolean): Promise<string[]> => {
  const runs: string[] = [];
  const onEvent = ({ type, tenant }: MigrationEvent) =>
    type === 'run-finished' && tenant === undefined && runs.push(type);
  await start({ onBootstrap: 'background', onEvent, tenants: { ...own, list, sharedFiles } });
  await app?.get<MigrationsReady>(MIGRATIONS_READY).background;
  await app?.close();
  return runs;
};

beforeEach(() => db.query('CREATE SCHEMA s0; CREATE SCHEMA s1'));
describe('MigrationsModule with tenants', () => {
  test('migrates the tenants that a provider lists, after the shared files', async () => {
    const { run, rollout } = (await start()).get<MigrationsReady>(MIGRATIONS_READY);
    expect(run?.applied).toEqual(['1_s.sql']);
    expect(rollout && inBrief(rollout)).toEqual(['t0 applied 1_a.sql', 't1 applied 1_a.sql']);
    const fleet = app?.get<TenantFleet>(Fleet);
    expect((await fleet?.provision({ name: 'new', schema: 'new' }))?.applied).toEqual(['1_a.sql']);
    expect((await fleet?.status())?.counts).toMatchObject({ current: 2 });
  });

  test('does not start if the rollout stops', async () => {
    await db.query('CREATE TABLE s1.a ()');
    const { report } = await failureOf(start(), RolloutStoppedError);
    expect(report.counts.failed).toBe(1);
  });

  test('starts within the failure budget', async () => {
    await db.query('CREATE TABLE s1.a ()');
    await start({ tenants: { ...own, list, rollout: { stopAfter: 2 } } });
    expect(app?.get<MigrationsReady>(MIGRATIONS_READY).rollout?.counts).toMatchObject({ applied: 1, failed: 1 });
  });

  test('names the tenants that are behind if it only validates', async () => {
    await (await start({ tenants: undefined as never })).close();
    const error = await failureOf(start({ onBootstrap: 'validate' }), NotUpToDateError);
    expect(error.pending).toEqual(['tenant t0', 'tenant t1']);
    expect(error.message).toContain('Migrate first, with "nest-migrations migrate --all", then start');
  });

  test('migrates tenants in the background too', async () => {
    await start({ onBootstrap: 'background' });
    await app?.get<MigrationsReady>(MIGRATIONS_READY).background;
    expect((await app?.get<TenantFleet>(Fleet).status())?.counts).toMatchObject({ current: 2 });
  });

  test('applies the shared files in the background once, and none if they are off', async () => {
    expect(await inBackground(false)).toEqual([]);
    expect((await db.query(`SELECT FROM pg_class WHERE relname = 'settings'`)).rowCount).toBe(0);
    expect(await inBackground(true)).toEqual(['run-finished']);
  });

  test('does not validate shared files that are off', async () => {
    await (await start({ tenants: { ...own, list, sharedFiles: false } })).close();
    await start({ onBootstrap: 'validate', tenants: { ...own, list, sharedFiles: false } });
    expect((await app?.get<TenantFleet>(Fleet).status())?.counts).toMatchObject({ current: 2 });
  });

  test('is not healthy after a rollout in the background has stopped, until its tenants are current or one succeeds', async () => {
    await db.query('CREATE TABLE s1.a ()');
    await start({ onBootstrap: 'background', health: { cache: 0, tenants: { tolerated: 0 } } });
    await failureOf(app?.get<MigrationsReady>(MIGRATIONS_READY).background as Promise<unknown>, RolloutStoppedError);
    const health = (options: HealthOptions = {}) => app?.get(MigrationsHealthIndicator).check('migrations', options);
    const withoutTenants = { tenants: { exceeded: 'ignore' } } as const;
    expect(await health()).toMatchObject({
      migrations: {
        status: 'down',
        state: 'failed',
        message:
          'the rollout stopped, 1 of 2 tenants failed (ROLLOUT_STOPPED); see the log; 1 of 2 tenants current, 1 failed',
      },
    });
    await db.query('DROP TABLE s1.a');
    await (await app?.get<TenantFleet>(Fleet).tenant('t1'))?.migrate();
    await until(async () => (await health())?.migrations.status === 'up');
    expect(await health(withoutTenants)).toMatchObject({ migrations: { status: 'down', state: 'failed' } });
    await app?.get<TenantFleet>(Fleet).migrate();
    expect(await health(withoutTenants)).toMatchObject({ migrations: { status: 'up' } });
  });

  test('has no fleet without tenants', async () => {
    await start({ tenants: undefined as never });
    expect(app?.get(Fleet)).toBeUndefined();
  });
});
