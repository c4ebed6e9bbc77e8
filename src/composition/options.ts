import type { ClientConfig, Pool } from 'pg';
import { z } from 'zod';
import { ConfigurationError } from '../core/errors.js';
import { DEFAULT_TABLE } from '../core/table.js';

/** A database, named in exactly one of three ways. */
export interface ConnectionOptions {
  /** A PostgreSQL URL: `postgres://user:password@host:5432/database`. */
  connectionString?: string | undefined;
  /** A configuration of the `pg` driver. */
  connection?: ClientConfig | undefined;
  /** A pool of the application's. It is never ended here; a client borrowed from it that ran a migration is destroyed. */
  pool?: Pool | undefined;
}

/** Limits, all in milliseconds. */
export interface TimeoutOptions {
  /** One attempt to connect. Default 10,000. */
  connect?: number;
  /** How long to go on trying while the database cannot be reached: it often starts after the application. Default 60,000; 0 tries once. */
  connectRetry?: number;
  /** How long to wait for another process that is migrating. Default 900,000 (15 minutes). */
  migrationLock?: number;
  /** `statement_timeout` of migrations. Default 0: no limit. */
  statement?: number;
  /** `lock_timeout` of migrations: how long a statement may wait for a table. Default 0: no limit. */
  tableLock?: number;
  /** One read for status, health or drift, connecting included. Default 5,000. */
  read?: number;
}

/** What every way of using this library shares: one target and how it is run. */
export interface MigratorOptions extends ConnectionOptions {
  /** Another connection for migrating, so that the application's own role needs no right to change the schema. Default: the same. */
  migrateWith?: ConnectionOptions;
  /** Folder of `.sql` files. Default `migrations`, relative to the working directory. */
  directory?: string;
  /** History table, `table` or `schema.table`; schema and table are created when missing. Default `shared.schema_migrations`. */
  table?: string;
  /** False: every file runs every time, and nothing is recorded. Default true. */
  tracking?: boolean;
  /**
   * A pending migration that sorts before the newest applied one (a branch merged late): `apply` it with a warning, or `fail`. It is never
   * skipped in silence. Default `apply`.
   */
  outOfOrder?: 'apply' | 'fail';
  /** Applied migrations that were changed, renamed or are missing: `fail` before anything runs, `warn`, or `ignore`. Default `warn`. */
  onDrift?: 'fail' | 'warn' | 'ignore';
  /** `each`: a transaction for every migration. `all`: one for everything that is pending. Default `each`. */
  transaction?: 'each' | 'all';
  timeouts?: TimeoutOptions;
}

const milliseconds = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const object = z.custom<object>((value) => typeof value === 'object' && value !== null, 'expected an object');
const connectionFields = {
  connectionString: z.string().min(1, 'it is empty').optional(),
  connection: object.optional(),
  pool: object.optional(),
};

/** Fields of {@link MigratorOptions}; shells add theirs. */
export const migratorFields = {
  ...connectionFields,
  migrateWith: z.strictObject(connectionFields).optional(),
  directory: z.string().min(1, 'it is empty').default('migrations'),
  table: z.string().default(DEFAULT_TABLE),
  tracking: z.boolean().default(true),
  outOfOrder: z.enum(['apply', 'fail']).default('apply'),
  onDrift: z.enum(['fail', 'warn', 'ignore']).default('warn'),
  transaction: z.enum(['each', 'all']).default('each'),
  timeouts: z
    .strictObject({
      connect: milliseconds.min(1).default(10_000),
      connectRetry: milliseconds.default(60_000),
      migrationLock: milliseconds.default(900_000),
      statement: milliseconds.default(0),
      tableLock: milliseconds.default(0),
      read: milliseconds.min(1).default(5_000),
    })
    .prefault({}),
};

const migratorSchema = z.strictObject(migratorFields);

/** Options with every default filled in. */
export type ResolvedOptions = z.output<typeof migratorSchema>;

export function resolveMigratorOptions(options: MigratorOptions): ResolvedOptions {
  return resolve(migratorSchema, options);
}

/**
 * Checks options against a schema and for contradictions.
 *
 * @throws ConfigurationError listing every problem, by the name of the option. Values are never shown: they may be secrets.
 */
export function resolve<T extends z.ZodType<ResolvedOptions>>(
  schema: T,
  options: unknown,
  contradictions: (options: z.output<T>) => string[] = () => [],
): z.output<T> {
  const parsed = schema.safeParse(options ?? {});
  const given = (typeof options === 'object' && options !== null ? options : {}) as MigratorOptions;
  const problems = [
    ...(parsed.error?.issues.flatMap(describeIssue) ?? []),
    ...connectionProblems(given, ''),
    ...(given.migrateWith ? connectionProblems(given.migrateWith, 'migrateWith.') : []),
    ...(parsed.success ? contradictions(parsed.data) : []),
  ];
  if (problems.length > 0 || !parsed.success) throw new ConfigurationError('INVALID_OPTIONS', [...new Set(problems)]);
  return parsed.data;
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `unknown option "${[...path, key].join('.')}"`);
  return [`${path.join('.') || 'options'}: ${issue.message}`];
}

const WAYS = ['connectionString', 'connection', 'pool'] as const;

function connectionProblems(options: ConnectionOptions, prefix: string): string[] {
  const given = WAYS.filter((way) => options[way] !== undefined);
  if (given.length === 1) return [];
  if (given.length > 1)
    return [`${given.map((way) => `${prefix}${way}`).join(' and ')} contradict one another: give exactly one`];
  const unset = WAYS.find((way) => way in options);
  return unset
    ? [`${prefix}${unset} is undefined: is the environment variable that it comes from set?`]
    : [`no connection: give ${WAYS.map((way) => `${prefix}${way}`).join(', ')}`];
}
