import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import {
  InjectMigrations,
  MIGRATIONS_READY,
  MigrationsHealthIndicator,
  MigrationsModule,
  MigrationsService,
  type MigrationEvent,
} from '../../../src/index.js';
import { FakeMigrationsService, MigrationsTestingModule } from '../../../src/testing-nest.js';
import { closedAfterTest } from '../support/application.js';

@Controller('health')
class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(MigrationsHealthIndicator) private readonly migrations: MigrationsHealthIndicator,
    @InjectMigrations() readonly service: MigrationsService,
    @Inject(MIGRATIONS_READY) readonly ready: unknown,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([() => this.migrations.check()]);
  }
}

@Module({ imports: [TerminusModule], controllers: [HealthController] })
class FeatureModule {}

/** Nest identifies a dynamic module only by its object identity. */
const migrations = MigrationsModule.forRoot({ connectionString: 'postgres://nobody@localhost:1/none' });

@Module({ imports: [migrations, FeatureModule] })
class AppModule {}

describe('MigrationsTestingModule', () => {
  test.each([
    [
      'provides what a module of the application injects',
      () => Test.createTestingModule({ imports: [MigrationsTestingModule.forRoot(), FeatureModule] }),
    ],
    [
      'takes the place of MigrationsModule in the whole application',
      () =>
        Test.createTestingModule({ imports: [AppModule] })
          .overrideModule(migrations)
          .useModule(MigrationsTestingModule.forRoot()),
    ],
  ])('%s', async (_, build) => {
    const module = await build().compile();
    const app = closedAfterTest(module.createNestApplication());
    await app.init();
    const { body } = await request(app.getHttpServer()).get('/health').expect(200);
    expect(body).toMatchObject({ details: { migrations: { status: 'up' } } });
    expect(app.get(MigrationsService)).toBeInstanceOf(FakeMigrationsService);
    expect(app.get(MIGRATIONS_READY)).toEqual({ run: undefined });
  });
});

describe('FakeMigrationsService', () => {
  const fake = new FakeMigrationsService();

  test('has every method of the service', () => {
    const methods = Object.getOwnPropertyNames(MigrationsService.prototype);
    expect(Object.getOwnPropertyNames(FakeMigrationsService.prototype)).toEqual(expect.arrayContaining(methods));
  });

  test('has nothing to do, and emits the events that a test passes to it', async () => {
    expect(await fake.pending()).toEqual([]);
    expect(await fake.migrate()).toMatchObject({ applied: [] });
    expect((await fake.status()).summary).toMatchObject({ total: 0, newestApplied: null });
    const seen: MigrationEvent[] = [];
    fake.events$.subscribe((event) => seen.push(event));
    const event: MigrationEvent = { type: 'drift-check-failed', error: 'x', target: 'app/history', at: new Date(0) };
    fake.emit(event);
    expect(seen).toEqual([event]);
  });
});
