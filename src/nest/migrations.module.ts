import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { DiscoveryModule, ModulesContainer } from '@nestjs/core';
import { HealthIndicatorService } from '@nestjs/terminus';
import { createMigrator } from '../composition/create-migrator.js';
import { historyPlace } from '../composition/history-place.js';
import { Migrator } from '../migrator/migrator.js';
import { bootstrap, type MigrationsReady } from './bootstrap/bootstrap.js';
import { BackgroundRun } from './bootstrap/background-run.js';
import { DriftMonitor } from './drift/drift-monitor.js';
import { assertOnlyOne, assertOwnHistory, tokensOf } from './instance.js';
import { loggerOf } from './events/logger.js';
import { MigrationEvents } from './events/migration-events.js';
import { MigrationsHealthIndicator } from './health/migrations.health.js';
import { MigrationsService } from './migrations.service.js';
import type { MigrationsModuleAsyncOptions } from './options-factory.js';
import { resolveModuleOptions, type MigrationsModuleOptions, type ResolvedModuleOptions } from './options.js';
import { explaining } from './bootstrap/start-error.js';
import { INSTANCE_NAME, RESOLVED_OPTIONS } from './tokens.js';

/** Beside the options, because it decides what the module exports. */
export interface InstanceExtras {
  /** Name of a second, third, … instance, for an application with several databases. */
  name?: string | undefined;
}

/**
 * What an instance is for others, under the classes' names or, when it has a name itself, under tokens of its own: two
 * instances must not answer to one token, or whoever asks for it gets either.
 */
function asInstance(definition: DynamicModule, { name }: InstanceExtras): DynamicModule {
  const tokens = tokensOf(name);
  const instance: Provider[] = [
    { provide: INSTANCE_NAME, useValue: name ?? '' },
    {
      provide: tokens.ready,
      inject: [Migrator, RESOLVED_OPTIONS, MigrationEvents, BackgroundRun, INSTANCE_NAME],
      useFactory: (
        migrator: Migrator,
        options: ResolvedModuleOptions,
        events: MigrationEvents,
        background: BackgroundRun,
        instanceName: string,
      ): Promise<MigrationsReady> =>
        explaining(() => bootstrap(migrator, options, events.emit, background, loggerOf(instanceName))),
    },
    {
      provide: tokens.service,
      inject: [Migrator, MigrationEvents],
      useFactory: (migrator: Migrator, events: MigrationEvents) => new MigrationsService(migrator, events),
    },
    {
      provide: tokens.health,
      inject: [Migrator, RESOLVED_OPTIONS, BackgroundRun, HealthIndicatorService, INSTANCE_NAME, MigrationEvents],
      useFactory: (...dependencies: ConstructorParameters<typeof MigrationsHealthIndicator>) =>
        new MigrationsHealthIndicator(...dependencies),
    },
  ];
  const exported = [tokens.ready, tokens.service, tokens.health];
  return { ...definition, global: true, providers: [...(definition.providers ?? []), ...instance], exports: exported };
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<MigrationsModuleOptions>()
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createMigrationsOptions')
  .setExtras<InstanceExtras>({ name: undefined }, asInstance)
  .build();

/**
 * Runs migrations before anything else of the application starts: an asynchronous provider of a global module is the
 * only place that comes before every `onModuleInit`, in any order of imports.
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    MigrationEvents,
    BackgroundRun,
    DriftMonitor,
    HealthIndicatorService,
    {
      provide: RESOLVED_OPTIONS,
      inject: [MODULE_OPTIONS_TOKEN, ModulesContainer, INSTANCE_NAME],
      useFactory: (
        options: MigrationsModuleOptions,
        modules: ModulesContainer,
        name: string,
      ): Promise<ResolvedModuleOptions> =>
        explaining(() => {
          assertOnlyOne(modules, MigrationsModule);
          const resolved = resolveModuleOptions(options);
          assertOwnHistory(modules, name, historyPlace(resolved));
          return resolved;
        }),
    },
    {
      provide: Migrator,
      inject: [RESOLVED_OPTIONS, MigrationEvents],
      useFactory: (options: ResolvedModuleOptions, events: MigrationEvents): Promise<Migrator> =>
        explaining(() => createMigrator(options, events.emit)),
    },
  ],
})
export class MigrationsModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(@Inject(Migrator) private readonly migrator: Migrator) {
    super();
  }

  static override forRoot(options: MigrationsModuleOptions & InstanceExtras): DynamicModule {
    return super.forRoot(options);
  }

  /** Options from a factory, a class or a provider that exists already. */
  static override forRootAsync(options: MigrationsModuleAsyncOptions & InstanceExtras): DynamicModule {
    return super.forRootAsync(options);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.migrator.close();
  }
}
