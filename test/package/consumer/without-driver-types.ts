/** Compiled by declarations.test.ts as part of a project that has no `@types/pg`. */
import { MigrationsModule, MigrationsService, type MigrationsModuleOptions } from 'nestjs-pg-migrations';
import { runMigrations, type MigratorOptions, type PgPool } from 'nestjs-pg-migrations/migrator';

type IsAny<T> = 0 extends 1 & T ? true : false;

export const areAny: [
  IsAny<NonNullable<MigratorOptions['pool']>>,
  IsAny<NonNullable<MigratorOptions['connection']>>,
  IsAny<NonNullable<MigrationsModuleOptions['pool']>>,
  IsAny<Parameters<typeof runMigrations>[0]>,
  IsAny<Awaited<ReturnType<MigrationsService['migrate']>>>,
] = [false, false, false, false, false];

declare const pool: PgPool;

export const used = [
  runMigrations(pool),
  MigrationsModule.forRoot({ connection: { host: 'db', ssl: { rejectUnauthorized: false } }, directory: 'migrations' }),
];

export const rejected: MigrationsModuleOptions[] = [
  // @ts-expect-error no pool
  { pool: 42 },
  // @ts-expect-error no such setting
  { connection: { hots: 'db' } },
];
