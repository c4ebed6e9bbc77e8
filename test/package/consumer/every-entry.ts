/** Compiled by declarations.test.ts as part of projects with and without `@types/pg`. Imports every entry point. */
import type { MigrationsModuleOptions } from 'nestjs-pg-migrations';
import { MigrationsCli } from 'nestjs-pg-migrations/cli';
import { makeMigrator, type MigrationEvent } from 'nestjs-pg-migrations/migrator';
import { migrationTelemetry, type TelemetryOptions } from 'nestjs-pg-migrations/otel';
import { pgBoss, type PgBossOptions } from 'nestjs-pg-migrations/pg-boss';
import { createTestDatabases, type TestDatabase, type TestDatabasesOptions } from 'nestjs-pg-migrations/testing';
import globalSetup from 'nestjs-pg-migrations/testing/global-setup';
import globalTeardown from 'nestjs-pg-migrations/testing/global-teardown';
import {
  FakeMigrationsService,
  MigrationsTestingModule,
  type MigrationsTestingOptions,
} from 'nestjs-pg-migrations/testing/nest';

type IsAny<T> = 0 extends 1 & T ? true : false;

export const areAny: [
  IsAny<ReturnType<typeof migrationTelemetry>>,
  IsAny<ReturnType<typeof pgBoss>>,
  IsAny<PgBossOptions>,
  IsAny<NonNullable<TelemetryOptions['meterProvider']>>,
  IsAny<NonNullable<TelemetryOptions['tracerProvider']>>,
  IsAny<TestDatabasesOptions['server']>,
  IsAny<ReturnType<TestDatabase['migrateTo']>>,
  IsAny<MigrationsTestingOptions>,
  IsAny<FakeMigrationsService['events$']>,
  IsAny<MigrationEvent>,
  IsAny<ReturnType<typeof MigrationsCli.run>>,
  IsAny<typeof globalSetup>,
  IsAny<typeof globalTeardown>,
] = [false, false, false, false, false, false, false, false, false, false, false, false, false];

export const telemetry: MigrationsModuleOptions = { onEvent: migrationTelemetry({ longMigration: 500 }) };
export const module = MigrationsTestingModule.forRoot();
export const exitCode: Promise<number> = MigrationsCli.run(MigrationsTestingModule);
export const migrator = makeMigrator({ connectionString: 'postgres://localhost/x', onEvent: migrationTelemetry() });

export async function used(): Promise<string> {
  const databases = createTestDatabases({ directory: 'migrations', keepTemplatesForDays: 1 });
  return databases.use(async ({ url }: TestDatabase) => url);
}

export const runner: { setup(): Promise<() => Promise<void>>; teardown(): Promise<void> } = {
  setup: () => globalSetup(),
  teardown: () => globalTeardown(),
};

export const rejected: [TelemetryOptions, TestDatabasesOptions] = [
  // @ts-expect-error a duration is a number
  { longMigration: '500' },
  // @ts-expect-error the server is a URL
  { server: 5432 },
];

// @ts-expect-error a module is a class or a dynamic module
void MigrationsCli.run('dist/app.module.js');
