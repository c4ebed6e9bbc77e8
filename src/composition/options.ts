import { z } from 'zod';
import { ConfigurationError } from '../core/errors/errors.js';
import { LAYOUT_NAMES, type LayoutName } from '../core/tools/layouts.js';
import { DEFAULT_DELIMITERS, isPlaceholderName } from '../core/compile/placeholders.js';
import { DEFAULT_TABLE, LONGEST_NAME, parseTableName } from '../core/target/table.js';
import { DEFAULT_PATTERN } from '../files/directory.js';
import { connectionFields, connectionProblems, isObject, type ConnectionOptions } from './connection-options.js';

/** Limits, all in milliseconds. */
export interface TimeoutOptions {
  /** One attempt to connect. Default 10,000. */
  connect?: number;
  /**
   * How long to go on trying while the database cannot be reached: it often starts after the application. Default
   * 60,000; 0 tries once.
   */
  connectRetry?: number;
  /**
   * How long nothing may be heard from the server while an answer is awaited. Then it is asked, on a second connection,
   * whether it is at work; when it is not, or cannot be asked, the run ends with `CONNECTION_LOST`. A long statement is
   * not limited by it. Default 30,000.
   */
  network?: number;
  /** How long to wait for another process that is migrating. Default 900,000 (15 minutes). */
  migrationLock?: number;
  /** `statement_timeout` of migrations. Default 0: no limit. */
  statement?: number;
  /**
   * `lock_timeout` of migrations: how long a statement may wait for a table, with every query of the application
   * queueing behind it. Not for what builds concurrently. Default 5,000; 0 is no limit.
   */
  tableLock?: number;
  /**
   * How often a migration that could not have its locks in that time is rolled back and tried again, after a pause: a
   * count. Default 10.
   */
  tableLockRetries?: number;
  /** One read for status, health or drift, connecting included. Default 5,000. */
  read?: number;
}

/** What every way of using this library shares: one target and how it is run. */
export interface MigratorOptions extends ConnectionOptions {
  /**
   * Another connection for migrating, so that the application's own role needs no right to change the schema. Default:
   * the same.
   */
  migrateWith?: ConnectionOptions;
  /**
   * The role that migrations act as (`SET ROLE`) and that owns what they make, the history table included; the role that
   * logs in must be a member of it. So that several people and jobs can migrate, each under their own name. Default: the
   * role that logs in.
   */
  role?: string;
  /** Folder of `.sql` files. Default `migrations`, relative to the working directory. */
  directory?: string;
  /**
   * How the directory is laid out: by this tool's rules, or by those of another tool whose files are read as they lie.
   * Default `plain`.
   */
  layout?: LayoutName;
  /** Also read the files of subfolders. Default false. */
  recursive?: boolean;
  /** Which files are looked at, matched against the path relative to the directory. Default `/\\.sql$/i`. */
  pattern?: RegExp;
  /**
   * Values for `{{name}}` in migrations; the feature is off unless they are given. They are put in as they are: making
   * them safe SQL is yours. A placeholder without a value is an error. Neither checksums nor the history hold values.
   */
  placeholders?: Record<string, string>;
  /** What stands before and behind a placeholder's name. Default `['{{', '}}']`. */
  placeholderDelimiters?: [open: string, close: string];
  /**
   * History table, `table` or `schema.table`; schema and table are created when missing. Default
   * `shared.schema_migrations`.
   */
  table?: string;
  /** False: every file runs every time, and nothing is recorded. Default true. */
  tracking?: boolean;
  /**
   * A pending migration that sorts before the newest applied one (a branch merged late): `apply` it with a warning, or
   * `fail`. It is never skipped in silence. Default `apply`.
   */
  outOfOrder?: 'apply' | 'fail';
  /**
   * Applied migrations that were changed, renamed or are missing: `fail` before anything runs, `warn`, or `ignore`.
   * Default `warn`.
   */
  onDrift?: 'fail' | 'warn' | 'ignore';
  /** `each`: a transaction for every migration. `all`: one for everything that is pending. Default `each`. */
  transaction?: 'each' | 'all';
  /**
   * How processes take turns. `session`: an advisory lock of the session, which a pooler in transaction mode breaks;
   * behind a pooler it says that this one works in session mode.
   * `transaction`: one of a transaction that a second connection keeps open. `off`: none; then the claims alone keep a
   * transactional migration from running twice. Default `auto`: `transaction` behind a pooler, else `session`.
   */
  lock?: 'auto' | 'session' | 'transaction' | 'off';
  timeouts?: TimeoutOptions;
}

const milliseconds = (least: number) =>
  z
    .number()
    .int()
    .min(least)
    .max(2 ** 31 - 1);

/** Fields of {@link MigratorOptions}; shells add theirs. */
export const migratorFields = {
  ...connectionFields,
  migrateWith: z.strictObject(connectionFields).optional(),
  role: z
    .string()
    .min(1, 'it is empty')
    .refine((role) => role.toLowerCase() !== 'none', 'PostgreSQL takes "none" for no role at all')
    .refine(
      (role) => Buffer.byteLength(role) <= LONGEST_NAME,
      `it is longer than the ${LONGEST_NAME} bytes that PostgreSQL keeps`,
    )
    .optional(),
  directory: z.string().min(1, 'it is empty').default('migrations'),
  layout: z.enum(LAYOUT_NAMES).default('plain'),
  recursive: z.boolean().default(false),
  pattern: z
    .instanceof(RegExp)
    .refine(({ global, sticky }) => !global && !sticky, 'the flags g and y make no sense here')
    .default(DEFAULT_PATTERN),
  placeholders: z
    .record(z.string(), z.string())
    .refine(
      (values) => Object.keys(values).every(isPlaceholderName),
      'a name begins with a letter or _, and goes on with letters, digits and _ . : -',
    )
    .optional(),
  placeholderDelimiters: z.tuple([z.string().min(1), z.string().min(1)]).default([...DEFAULT_DELIMITERS]),
  table: z.string().default(DEFAULT_TABLE),
  tracking: z.boolean().default(true),
  outOfOrder: z.enum(['apply', 'fail']).default('apply'),
  onDrift: z.enum(['fail', 'warn', 'ignore']).default('warn'),
  transaction: z.enum(['each', 'all']).default('each'),
  lock: z.enum(['auto', 'session', 'transaction', 'off']).default('auto'),
  timeouts: z
    .strictObject({
      connect: milliseconds(1).default(10_000),
      connectRetry: milliseconds(0).default(60_000),
      network: milliseconds(1).default(30_000),
      migrationLock: milliseconds(0).default(900_000),
      statement: milliseconds(0).default(0),
      tableLock: milliseconds(0).default(5_000),
      tableLockRetries: z.number().int().min(0).default(10),
      read: milliseconds(1).default(5_000),
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
 * @param contradictions those that the shell found among its own options.
 * @throws ConfigurationError listing every problem, by the name of the option. Values are not shown, since they may be
 *   secrets; only a table's name is.
 */
export function resolve<T extends z.ZodType<ResolvedOptions>>(
  schema: T,
  options: unknown,
  contradictions: readonly string[] = [],
): z.output<T> {
  const parsed = schema.safeParse(options ?? {});
  const given: MigratorOptions = isObject(options) ? options : {};
  const ofTable = tableProblems(given.table);
  const others = [
    ...(parsed.error?.issues.flatMap(describeIssue) ?? []),
    ...connectionProblems(given, ''),
    ...(isObject(given.migrateWith) ? connectionProblems(given.migrateWith, 'migrateWith.') : []),
    ...contradictions,
  ];
  const problems = [...new Set([...others, ...ofTable])];
  if (problems.length > 0)
    throw new ConfigurationError(others.length > 0 ? 'INVALID_OPTIONS' : 'INVALID_TABLE', problems);
  return parsed.data as z.output<T>;
}

function tableProblems(table: unknown): readonly string[] {
  if (typeof table !== 'string') return [];
  try {
    parseTableName(table);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `unknown option "${[...path, key].join('.')}"`);
  return [`${path.join('.') || 'options'}: ${issue.message}`];
}
