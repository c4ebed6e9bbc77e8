import { Module, type DynamicModule } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { tokensOf } from '../instance.js';
import type { MigrationsReady } from '../bootstrap/bootstrap.js';
import { FakeMigrationsHealthIndicator } from './fake-migrations.health.js';
import { FakeMigrationsService } from './fake-migrations.service.js';

/** Which instance is replaced. */
export interface MigrationsTestingOptions {
  /** Its name. @default the unnamed instance */
  name?: string | undefined;
}

/**
 * Replaces `MigrationsModule` in tests that need no database: it does not connect, run migrations or check for
 * drift, and provides a {@link FakeMigrationsService} and a health indicator that is always up.
 */
@Module({})
export class MigrationsTestingModule {
  /**
   * For tests of a module that injects the service. In tests of the whole application, use it to replace the value that
   * `MigrationsModule.forRoot()` returned: `overrideModule(migrations).useModule(MigrationsTestingModule.forRoot())`.
   */
  static forRoot({ name }: MigrationsTestingOptions = {}): DynamicModule {
    const { service, health, ready } = tokensOf(name);
    const run: MigrationsReady = { run: undefined };
    return {
      module: MigrationsTestingModule,
      global: true,
      providers: [
        HealthIndicatorService,
        { provide: ready, useValue: run },
        { provide: service, useClass: FakeMigrationsService },
        { provide: health, useClass: FakeMigrationsHealthIndicator },
      ],
      exports: [ready, service, health],
    };
  }
}
