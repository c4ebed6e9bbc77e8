/** Compiled by declarations.test.ts as part of a project that has `@types/pg`. */
import { Client, Pool, type ClientConfig, type PoolClient, type PoolConfig } from 'pg';
import { MigrationsModule, type MigrationsModuleOptions } from 'nestjs-pg-migrations';
import {
  makeMigrator,
  runMigrations,
  runMigrationsWithTracking,
  type PgConnectionConfig,
  type PgPool,
  type PgPoolClient,
} from 'nestjs-pg-migrations/migrator';

declare const pool: Pool;
declare const poolClient: PoolClient;
declare const poolConfig: PoolConfig;
declare const clientConfig: ClientConfig;

export const accepted = {
  pool: pool satisfies PgPool,
  poolClient: poolClient satisfies PgPoolClient,
  poolConfig: poolConfig satisfies PgConnectionConfig,
  clientConfig: clientConfig satisfies PgConnectionConfig,
  literal: { host: 'db', ssl: { rejectUnauthorized: true }, password: () => 'x' } satisfies PgConnectionConfig,
  extended: new (class extends Pool {})() satisfies PgPool,
};

export const used = [
  runMigrations(pool),
  runMigrationsWithTracking(pool, { directory: 'migrations' }),
  makeMigrator({ pool, migrateWith: { connection: poolConfig } }),
  MigrationsModule.forRoot({ connection: clientConfig }),
];

export const rejected: MigrationsModuleOptions[] = [
  // @ts-expect-error a client is not a pool
  { pool: new Client() },
  // @ts-expect-error neither is the configuration of one
  { pool: poolConfig },
  // @ts-expect-error no such setting
  { connection: { hots: 'db' } },
  // @ts-expect-error a port is a number
  { connection: { port: '5432' } },
];

type Difference<A, B> = Exclude<keyof A, keyof B> | Exclude<keyof B, keyof A>;

/** Every setting of the driver is one of ours, and the other way round. */
export const sameSettings: [Difference<ClientConfig, PgConnectionConfig>] extends [never] ? true : false = true;
