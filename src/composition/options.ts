import { z } from 'zod';
import { ConfigurationError } from '../core/errors/input-errors.js';
import { LAYOUT_NAMES, type LayoutName } from '../core/tools/layouts.js';
import { DEFAULT_DELIMITERS, isPlaceholderName } from '../core/compile/placeholders.js';
import { DEFAULT_TABLE, MAX_NAME_BYTES, parseTableName } from '../core/target/table.js';
import { DEFAULT_PATTERN } from '../files/directory.js';
import { connectionFields, connectionProblems, isObject, type ConnectionOptions } from './connection-options.js';

/** Timeouts, in milliseconds. */
export interface TimeoutOptions {
  /** One attempt to connect. @default 10000 */
  connect?: number;
  /**
   * How long to keep trying to connect while the database cannot be reached, because it often starts after the
   * application; 0 tries once.
   * @default 60000
   */
  connectRetry?: number;
  /**
   * How long the server may stay silent while a response is pending. After that, a second connection checks whether the
   * server is still working on it; if it is not, or if the check fails, the run ends with `CONNECTION_LOST`. Does not
   * limit long statements.
   * @default 30000
   */
  network?: number;
  /** How long to wait for another process that is migrating. @default 900000 (15 minutes) */
  migrationLock?: number;
  /** `statement_timeout` of migrations; 0 is no limit. @default 0 */
  statement?: number;
  /**
   * `lock_timeout` of migrations: how long a statement may wait for a table lock while all queries of the application
   * on that table queue behind it; 0 is no limit. Does not apply to concurrent builds.
   * @default 5000
   */
  tableLock?: number;
  /**
   * How many times a migration that exceeded `tableLock` is rolled back and, after a pause, tried again.
   * @default 10
   */
  tableLockRetries?: number;
  /** One read for status, health or drift, including connecting. @default 5000 */
  read?: number;
}

/** The options that every way of using this library shares: one target and how to migrate it. */
export interface MigratorOptions extends ConnectionOptions {
  /**
   * Another connection for migrations, so that the application's own role needs no privileges to change the schema.
   * @default the application's connection
   */
  migrateWith?: ConnectionOptions;
  /**
   * The role that migrations run as (`SET ROLE`). It owns what they create, including the history table, so that
   * several people and jobs can migrate under their own names. The login role must be a member of it.
   * @default the login role
   */
  role?: string;
  /** Folder of `.sql` files, relative to the working directory. @default 'migrations' */
  directory?: string;
  /**
   * How the directory is laid out: by this library's rules (`plain`), or by those of another tool, whose files are read
   * unchanged.
   * @default 'plain'
   */
  layout?: LayoutName;
  /** Also read the files in subfolders. @default false */
  recursive?: boolean;
  /** Files to read, matched against the path relative to the directory. @default /\.sql$/i */
  pattern?: RegExp;
  /**
   * Values for `{{name}}` in migrations. They are inserted verbatim: make sure that they are safe SQL. A placeholder
   * without a value is an error. Neither checksums nor the history contain values.
   * @default the feature is off
   */
  placeholders?: Record<string, string>;
  /** The markers before and after a placeholder's name. @default ['{{', '}}'] */
  placeholderDelimiters?: [open: string, close: string];
  /** History table, `table` or `schema.table`; both are created if missing. @default 'shared.schema_migrations' */
  table?: string;
  /** The `search_path` during each migration. @default the setting of the role or the database */
  searchPath?: readonly string[];
  /** False: every file runs every time, and nothing is recorded. @default true */
  tracking?: boolean;
  /**
   * A pending migration that sorts before the newest applied one (a branch merged late): `apply` it with a warning, or
   * `fail`. It is never skipped silently.
   * @default 'apply'
   */
  outOfOrder?: 'apply' | 'fail';
  /**
   * Applied migrations that are changed, renamed or missing: `fail` before anything runs, `warn`, or `ignore`.
   * @default 'warn'
   */
  onDrift?: 'fail' | 'warn' | 'ignore';
  /** `each`: one transaction per migration. `all`: one transaction for all pending migrations. @default 'each' */
  transaction?: 'each' | 'all';
  /**
   * The lock that makes processes take turns. `session`: a session-level advisory lock. It is safe only without a
   * pooler or behind one in session mode. `transaction`: a transaction-level advisory lock on a second connection.
   * `off`: no lock; only the claim in the history keeps a transactional migration from running twice. `auto`:
   * `transaction` behind a pooler, otherwise `session`.
   * @default 'auto'
   */
  lock?: 'auto' | 'session' | 'transaction' | 'off';
  /** Timeouts and the number of lock retries. */
  timeouts?: TimeoutOptions;
  /**
   * False keeps details of server errors, which may contain row data (`Key (mail)=(…) already exists`), out of
   * messages, events and the history.
   * @default true
   */
  showRowData?: boolean;
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
    .refine((role) => role.toLowerCase() !== 'none', 'PostgreSQL reads "none" as no role')
    .refine(
      (role) => Buffer.byteLength(role) <= MAX_NAME_BYTES,
      `it is longer than the ${MAX_NAME_BYTES} bytes that PostgreSQL keeps`,
    )
    .optional(),
  directory: z.string().min(1, 'it is empty').default('migrations'),
  layout: z.enum(LAYOUT_NAMES).default('plain'),
  recursive: z.boolean().default(false),
  pattern: z
    .instanceof(RegExp)
    .refine(({ global, sticky }) => !global && !sticky, 'the flags g and y are not supported')
    .default(DEFAULT_PATTERN),
  placeholders: z
    .record(z.string(), z.string())
    .refine(
      (values) => Object.keys(values).every(isPlaceholderName),
      'a name begins with a letter or _, followed by letters, digits and _ . : -',
    )
    .optional(),
  placeholderDelimiters: z.tuple([z.string().min(1), z.string().min(1)]).default([...DEFAULT_DELIMITERS]),
  table: z.string().default(DEFAULT_TABLE),
  searchPath: z.array(z.string().min(1, 'it has an empty name')).optional(),
  tracking: z.boolean().default(true),
  outOfOrder: z.enum(['apply', 'fail']).default('apply'),
  onDrift: z.enum(['fail', 'warn', 'ignore']).default('warn'),
  transaction: z.enum(['each', 'all']).default('each'),
  lock: z.enum(['auto', 'session', 'transaction', 'off']).default('auto'),
  showRowData: z.boolean().default(true),
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

/** Checks options and fills in the defaults. @throws ConfigurationError listing every problem. */
export function resolveMigratorOptions(options: MigratorOptions): ResolvedOptions {
  return resolve(migratorSchema, options);
}

/**
 * Checks options against a schema and for contradictions.
 *
 * @param contradictions contradictions that the shell found among its own options.
 * @throws ConfigurationError listing every problem by option name. It shows no values except the table's name, because
 *   values may be secrets.
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
