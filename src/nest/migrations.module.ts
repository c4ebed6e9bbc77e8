import { ConfigurableModuleBuilder, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DiscoveryModule, ModulesContainer } from '@nestjs/core';
import { HealthIndicatorService } from '@nestjs/terminus';
import { createMigrator } from '../composition/create-migrator.js';
import { ConfigurationError } from '../core/errors.js';
import { Migrator } from '../migrator/migrator.js';
import { bootstrap, type MigrationsReady } from './bootstrap.js';
import { BackgroundRun } from './background-run.js';
import { DriftMonitor } from './drift-monitor.js';
import { MigrationEvents } from './migration-events.js';
import { MigrationsHealthIndicator } from './migrations.health.js';
import { MigrationsService } from './migrations.service.js';
import { resolveModuleOptions, type MigrationsModuleOptions, type ResolvedModuleOptions } from './options.js';
import { explaining } from './start-error.js';
import { MIGRATIONS_READY, RESOLVED_OPTIONS } from './tokens.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<MigrationsModuleOptions>()
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createMigrationsOptions')
  .setExtras({}, (definition) => ({ ...definition, global: true }))
  .build();

/**
 * Runs migrations before anything else of the application starts: an asynchronous provider of a global module is the only place that comes before
 * every `onModuleInit`, in any order of imports.
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    MigrationEvents,
    MigrationsService,
    MigrationsHealthIndicator,
    BackgroundRun,
    DriftMonitor,
    HealthIndicatorService,
    {
      provide: RESOLVED_OPTIONS,
      inject: [MODULE_OPTIONS_TOKEN, ModulesContainer],
      useFactory: (options: MigrationsModuleOptions, modules: ModulesContainer): Promise<ResolvedModuleOptions> =>
        explaining(() => {
          assertOnlyOne(modules);
          return resolveModuleOptions(options);
        }),
    },
    {
      provide: Migrator,
      inject: [RESOLVED_OPTIONS, MigrationEvents],
      useFactory: (options: ResolvedModuleOptions, events: MigrationEvents): Promise<Migrator> =>
        explaining(() => createMigrator(options, events.emit)),
    },
    {
      provide: MIGRATIONS_READY,
      inject: [Migrator, RESOLVED_OPTIONS, MigrationEvents, BackgroundRun],
      useFactory: (
        migrator: Migrator,
        options: ResolvedModuleOptions,
        events: MigrationEvents,
        background: BackgroundRun,
      ): Promise<MigrationsReady> => explaining(() => bootstrap(migrator, options, events.emit, background)),
    },
  ],
  exports: [MIGRATIONS_READY, MigrationsService, MigrationsHealthIndicator],
})
export class MigrationsModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(@Inject(Migrator) private readonly migrator: Migrator) {
    super();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.migrator.close();
  }
}

/** Two `forRoot()` calls are two modules: both would migrate, and one service would hide the other. */
function assertOnlyOne(modules: ModulesContainer): void {
  const count = [...modules.values()].filter((module) => module.metatype === MigrationsModule).length;
  if (count > 1) {
    throw new ConfigurationError('INVALID_OPTIONS', [
      `MigrationsModule was configured ${count} times in this application. Call forRoot() once, in the root module: the module is global`,
    ]);
  }
}
