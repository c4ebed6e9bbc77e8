import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  type DynamicModule,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { DiscoveryModule, ModulesContainer } from '@nestjs/core';
import { HealthIndicatorService } from '@nestjs/terminus';
import { createMigrator } from '../composition/create-migrator.js';
import { historyPlace } from '../composition/history-place.js';
import { GIVEN_OPTIONS, INSTANCE_NAME, TENANT_LIST } from '../composition/instance-tokens.js';
import { Migrator } from '../migrator/migrator.js';
import { bootstrap, type MigrationsReady } from './bootstrap/bootstrap.js';
import { BackgroundRun } from './bootstrap/background-run.js';
import { DriftMonitor } from './drift/drift-monitor.js';
import { assertOnlyOne, assertOwnHistory, tokensOf } from './instance.js';
import { EventEmitterBridge } from './events/event-emitter-bridge.js';
import { MigrationEvents } from './events/migration-events.js';
import { MigrationsHealthIndicator } from './health/migrations.health.js';
import { MigrationsService } from './migrations.service.js';
import type { MigrationsModuleAsyncOptions } from './configuration/options-factory.js';
import type { MigrationsModuleOptions, ResolvedModuleOptions } from './configuration/options.js';
import { resolveModuleOptions } from './configuration/resolve-options.js';
import { withReadableErrors } from './bootstrap/start-error.js';
import { FLEET, type TenantFleet, withTenantList } from './configuration/tenants.js';
import { RESOLVED_OPTIONS } from './configuration/tokens.js';
import { fleetOf } from './fleet-provider.js';

/** Settings that decide what the module exports. They cannot come from an options factory. */
interface InstanceExtras {
  /** Name of an instance, for applications with several databases. @default none */
  name?: string | undefined;
}

/** Adds the exported providers. Named instances need their own tokens, or Nest would inject any one of them. */
function asInstance(definition: DynamicModule, { name }: InstanceExtras): DynamicModule {
  const tokens = tokensOf(name);
  const instance: Provider[] = [
    { provide: INSTANCE_NAME, useValue: name ?? '' },
    {
      provide: tokens.ready,
      inject: [Migrator, RESOLVED_OPTIONS, MigrationEvents, BackgroundRun, FLEET],
      useFactory: (
        migrator: Migrator,
        options: ResolvedModuleOptions,
        events: MigrationEvents,
        background: BackgroundRun,
        fleet: TenantFleet | undefined,
      ): Promise<MigrationsReady> =>
        withReadableErrors(() => bootstrap({ migrator, fleet }, options, events, background)),
    },
    { provide: tokens.service, useClass: MigrationsService },
    { provide: tokens.fleet, useExisting: FLEET },
    { provide: tokens.health, useClass: MigrationsHealthIndicator },
  ];
  const exported = [tokens.ready, tokens.service, tokens.health, tokens.fleet];
  return { ...definition, global: true, providers: [...(definition.providers ?? []), ...instance], exports: exported };
}

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<MigrationsModuleOptions>({
  optionsInjectionToken: GIVEN_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createMigrationsOptions')
  .setExtras<InstanceExtras>({ name: undefined }, asInstance)
  .build();

/**
 * Runs migrations before the rest of the application starts. An asynchronous provider of a global module is the only
 * hook that comes before every `onModuleInit`, whatever the order of imports.
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    MigrationEvents,
    EventEmitterBridge,
    BackgroundRun,
    DriftMonitor,
    HealthIndicatorService,
    {
      provide: RESOLVED_OPTIONS,
      inject: [GIVEN_OPTIONS, ModulesContainer, INSTANCE_NAME],
      useFactory: (
        options: MigrationsModuleOptions,
        modules: ModulesContainer,
        name: string,
      ): Promise<ResolvedModuleOptions> =>
        withReadableErrors(() => {
          assertOnlyOne(modules, MigrationsModule);
          const resolved = resolveModuleOptions(options);
          if (resolved.tracking) assertOwnHistory(modules, name, historyPlace(resolved));
          return resolved;
        }),
    },
    {
      provide: Migrator,
      inject: [RESOLVED_OPTIONS, MigrationEvents],
      useFactory: (options: ResolvedModuleOptions, events: MigrationEvents): Promise<Migrator> =>
        withReadableErrors(() => createMigrator(options, events.emit)),
    },
    {
      provide: FLEET,
      inject: [RESOLVED_OPTIONS, MigrationEvents, Migrator, TENANT_LIST],
      useFactory: (...parts: Parameters<typeof fleetOf>): Promise<TenantFleet | undefined> =>
        withReadableErrors(() => fleetOf(...parts)),
    },
  ],
})
export class MigrationsModule
  extends ConfigurableModuleClass
  implements BeforeApplicationShutdown, OnApplicationShutdown
{
  constructor(
    @Inject(Migrator) private readonly migrator: Migrator,
    @Inject(FLEET) private readonly fleet: TenantFleet | undefined,
  ) {
    super();
  }

  /** Configures an instance. Invalid options throw a ConfigurationError when the application starts. */
  static override forRoot(options: MigrationsModuleOptions & InstanceExtras): DynamicModule {
    return withTenantList(super.forRoot(options), options?.tenants?.list);
  }

  /** Like {@link forRoot}, with options from a factory, a class or an existing provider. */
  static override forRootAsync(options: MigrationsModuleAsyncOptions & InstanceExtras): DynamicModule {
    return withTenantList(super.forRootAsync(options), undefined);
  }

  /** Interrupts a run; the current migration is rolled back. */
  async beforeApplicationShutdown(): Promise<void> {
    const reason = 'the shutdown of the application';
    await Promise.all([this.migrator.stop(reason), this.fleet?.stop(reason)]);
  }

  /** Called by Nest: stops running operations and closes the connections. */
  async onApplicationShutdown(): Promise<void> {
    await this.fleet?.close();
    await this.migrator.close();
  }
}
