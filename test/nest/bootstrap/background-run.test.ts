import { afterEach, describe, expect, test } from '@jest/globals';
import { Module, Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import request from 'supertest';
import {
  MIGRATIONS_READY,
  MigrationsHealthIndicator,
  MigrationsModule,
  type MigrationsModuleOptions,
  type MigrationsReady,
} from '../../../src/index.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';
import { until } from '../../support/jest/until.js';
import { startHttp } from '../support/application.js';

const db = useEmptyDatabase('background');
afterEach(() => expectNoLeftovers(db));

@Controller()
class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(MigrationsHealthIndicator) private readonly migrations: MigrationsHealthIndicator,
  ) {}

  @Get('health')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.migrations.check()]);
  }

  @Get('live')
  live(): string {
    return 'ok';
  }
}

@Module({ imports: [TerminusModule], controllers: [HealthController] })
class HealthModule {}

async function start(files: Record<string, string>, more: MigrationsModuleOptions = {}): ReturnType<typeof startHttp> {
  const directory = await migrationsDirectory(files);
  const options = {
    connectionString: db.connectionString,
    directory,
    drift: false,
    onBootstrap: 'background',
    ...more,
  } as const;
  return startHttp({ imports: [HealthModule, MigrationsModule.forRoot(options)] });
}

const asleep = (): Promise<boolean> =>
  db
    .query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`)
    .then(({ rows }) => rows.length > 0);

describe('onBootstrap: "background"', () => {
  test('starts at once; readiness is down and says how far it is, liveness is up, and at the end both are', async () => {
    const app = await start({ '1.sql': 'SELECT 1', '2.sql': 'SELECT pg_sleep(1.2)', '3.sql': 'SELECT 3' });
    await until(asleep);
    const during = await request(app.getHttpServer()).get('/health');
    expect(during.status).toBe(503);
    expect(during.body.error.migrations).toMatchObject({
      status: 'down',
      message: expect.stringMatching(/^migrating, 2 of 3, \d+ s in 2\.sql$/),
    });
    expect((await request(app.getHttpServer()).get('/live')).status).toBe(200);

    const { run, background } = app.get<MigrationsReady>(MIGRATIONS_READY);
    expect(run).toBeUndefined();
    expect((await background)?.applied).toEqual(['1.sql', '2.sql', '3.sql']);
    const after = await request(app.getHttpServer()).get('/health');
    expect({ status: after.status, applied: after.body.info.migrations.applied }).toEqual({ status: 200, applied: 3 });
    await app.close();
  });

  test('that fails keeps the application, with readiness down and the reason', async () => {
    const app = await start({ '1.sql': 'SELECT 1', '2.sql': 'SELECT nothing' });
    await app.get<MigrationsReady>(MIGRATIONS_READY).background?.catch(() => {});
    const { status, body } = await request(app.getHttpServer()).get('/health');
    expect(status).toBe(503);
    expect(body.error.migrations).toMatchObject({ state: 'failed', message: '2.sql failed (SQLSTATE 42703)' });

    // Somebody puts it right, here or on another replica: then the history decides.
    await db.query(`UPDATE shared.schema_migrations SET error_message = NULL WHERE migration_file = '2.sql'`);
    await until(async () => (await request(app.getHttpServer()).get('/health')).status === 200);
    await app.close();
  });

  test('that waits for another process says so, and that it gave up', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT pg_sleep(3)' });
    const run = migrator.migrate();
    await until(asleep);
    const app = await start({ '1.sql': 'SELECT 1' }, { timeouts: { migrationLock: 1_000 } });
    const health = async (): Promise<unknown> =>
      (await request(app.getHttpServer()).get('/health')).body.error?.migrations.message;
    await until(async () => (await health()) === 'migrating: waiting for another process, which is migrating');
    await app.get<MigrationsReady>(MIGRATIONS_READY).background?.catch(() => {});
    expect(await health()).toBe('the migration run failed (LOCK_TIMEOUT); see the log');
    await run;
    await app.close();
  });

  test('is given up when the application shuts down, and leaves nothing', async () => {
    const app = await start({ '1.sql': 'SELECT 1', '2.sql': 'CREATE TABLE two (); SELECT pg_sleep(30)' });
    await until(asleep);
    const startedAt = Date.now();
    await app.close();
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
  });
});
