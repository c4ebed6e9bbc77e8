import * as v from 'valibot';
import { DEFAULT_DELIMITERS, isPlaceholderName } from '../../core/compile/placeholders.js';
import { ConfigurationError } from '../../core/errors/input-errors.js';
import { configurationText, type ConfigurationProblem } from '../../core/problems/configuration-problem.js';
import { DEFAULT_POLICY, POLICY_ACTIONS, type DriftPolicy, type PolicyAction } from '../../core/status/policy.js';
import { MAX_NAME_BYTES } from '../../core/target/name-length.js';
import { DEFAULT_TABLE, parseTableName } from '../../core/target/table.js';
import { LAYOUT_NAMES } from '../../core/tools/names.js';
import { DEFAULT_PATTERN } from '../../files/rules.js';
import type { ConnectionOptions } from '../connection-options.js';
import type { MigratorOptions, ResolvedOptions } from '../options.js';
import {
  count,
  flag,
  isObject,
  milliseconds,
  notEmpty,
  names,
  objectOf,
  oneOf,
  orFalse,
  problemOf,
  strings,
  text,
  type Fields,
} from './checks.js';
import { connectionFields, connectionProblems } from './connection.js';
import { lintOption } from './lint-option.js';

const policyFields = Object.fromEntries(
  Object.entries(DEFAULT_POLICY).map(([grade, action]) => [grade, v.optional(oneOf(POLICY_ACTIONS), action)]),
) as Record<string, unknown> as {
  readonly [K in keyof DriftPolicy]: v.GenericSchema<PolicyAction | undefined, PolicyAction>;
};

/** Fields of {@link MigratorOptions}; the shells add their own. */
export const migratorFields: Fields<ResolvedOptions> = {
  ...connectionFields,
  migrateWith: v.optional(objectOf(connectionFields)),
  role: v.optional(
    v.pipe(
      notEmpty,
      v.check((role) => role.toLowerCase() !== 'none', 'PostgreSQL reads "none" as no role'),
      v.check(
        (role) => Buffer.byteLength(role) <= MAX_NAME_BYTES,
        `it is longer than the ${MAX_NAME_BYTES} bytes that PostgreSQL keeps`,
      ),
    ),
  ),
  directory: v.optional(notEmpty, 'migrations'),
  layout: v.optional(oneOf(LAYOUT_NAMES), 'plain'),
  recursive: v.optional(flag, false),
  pattern: v.optional(
    v.pipe(
      v.instance(RegExp, 'expected a regular expression'),
      v.check(({ global, sticky }) => !global && !sticky, 'the flags g and y are not supported'),
    ),
    DEFAULT_PATTERN,
  ),
  placeholders: v.optional(
    v.pipe(
      strings,
      v.check(
        (values) => Object.keys(values).every(isPlaceholderName),
        'a name begins with a letter or _, followed by letters, digits and _ . : -',
      ),
    ),
  ),
  placeholderDelimiters: v.optional(v.strictTuple([notEmpty, notEmpty], 'expected two strings'), DEFAULT_DELIMITERS),
  table: v.optional(text, DEFAULT_TABLE),
  searchPath: v.optional(names),
  tracking: v.optional(flag, true),
  policy: v.optional(objectOf(policyFields), DEFAULT_POLICY),
  transaction: v.optional(oneOf(['each', 'all']), 'each'),
  lock: v.optional(oneOf(['auto', 'session', 'transaction', 'off']), 'auto'),
  lint: v.optional(lintOption, {}),
  showRowData: v.optional(flag, true),
  recordSource: v.optional(flag, true),
  timeouts: v.optional(
    objectOf({
      connect: v.optional(milliseconds(1), 10_000),
      connectRetry: v.optional(milliseconds(0), 60_000),
      network: v.optional(milliseconds(1), 30_000),
      migrationLock: v.optional(milliseconds(0), 900_000),
      statement: v.optional(milliseconds(0), 0),
      tableLock: v.optional(milliseconds(0), 5_000),
      tableLockRetries: v.optional(count(0), 10),
      read: v.optional(milliseconds(1), 5_000),
      catalog: v.optional(milliseconds(1), 60_000),
    }),
    {},
  ),
  catalog: orFalse(
    objectOf({
      enabled: v.optional(flag, true),
      schemas: v.optional(v.pipe(names, v.minLength(1, 'it is empty'))),
      ignore: v.optional(names, []),
      grants: v.optional(flag, false),
      defaultPrivileges: v.optional(flag, false),
      comments: v.optional(flag, false),
      settings: v.optional(flag, false),
    }),
  ),
};

const migratorSchema = objectOf(migratorFields);

/** Checks options and fills in the defaults. @throws ConfigurationError listing every problem. */
export function resolveMigratorOptions(options: MigratorOptions): ResolvedOptions {
  return resolve(migratorSchema, options);
}

/** The same for options without a connection. */
export function resolveFileOptions(options: Omit<MigratorOptions, keyof ConnectionOptions>): ResolvedOptions {
  return resolveWithoutConnection(migratorSchema, options);
}

/**
 * Checks options against a schema and for contradictions.
 *
 * @param contradictions contradictions that the shell found among its own options.
 * @throws ConfigurationError listing every problem by option name. It shows no values except the table's name, because
 *   values may be secrets.
 */
export function resolve<T extends ResolvedOptions>(
  schema: v.GenericSchema<unknown, T>,
  options: unknown,
  contradictions: readonly ConfigurationProblem[] = [],
): T {
  const given: MigratorOptions = isObject(options) ? options : {};
  return resolveWithoutConnection(schema, options, [
    ...connectionProblems(given, ''),
    ...(isObject(given.migrateWith) ? connectionProblems(given.migrateWith, 'migrateWith.') : []),
    ...contradictions,
  ]);
}

/** The same for options that may lack a connection. */
export function resolveWithoutConnection<T extends ResolvedOptions>(
  schema: v.GenericSchema<unknown, T>,
  options: unknown,
  contradictions: readonly ConfigurationProblem[] = [],
): T {
  const parsed = v.safeParse(schema, options ?? {});
  const ofTable = tableProblems(isObject(options) ? (options as MigratorOptions).table : undefined);
  const others = [...(parsed.issues ?? []).map(problemOf), ...contradictions];
  const problems = distinct([...others, ...ofTable]);
  if (parsed.success && problems.length === 0) return parsed.output;
  throw new ConfigurationError(others.length > 0 ? 'INVALID_OPTIONS' : 'INVALID_TABLE', problems);
}

function distinct(problems: readonly ConfigurationProblem[]): readonly ConfigurationProblem[] {
  return [...new Map(problems.map((problem) => [configurationText(problem), problem])).values()];
}

function tableProblems(table: unknown): readonly ConfigurationProblem[] {
  if (typeof table !== 'string') return [];
  try {
    parseTableName(table);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}
