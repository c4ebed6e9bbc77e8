import { ConfigurationError } from '../../core/errors/input-errors.js';
import type { MigratorOptions, ResolvedOptions } from '../../composition/options.js';
import { resolveFileOptions, resolveMigratorOptions } from '../../composition/validation/migrator-options.js';
import type { RunFlags } from '../process/flags.js';
import { inFlags, OPTIONS, TIMEOUTS, type FlagNames } from '../process/option-flags.js';
import { millisecondsOf, secondsProblem } from '../process/seconds.js';

/** The URL of the database, if there is one. */
function databaseUrlOf(flags: RunFlags, environment: NodeJS.ProcessEnv): string | undefined {
  return (flags.databaseUrl ?? environment['DATABASE_URL']) || undefined;
}

/** Turns flags and environment into options. @throws ConfigurationError, which names the flags. */
export function settingsFrom(flags: RunFlags, environment: NodeJS.ProcessEnv): ResolvedOptions {
  const connectionString = databaseUrlOf(flags, environment);
  const problems = connectionString ? [] : ['no database: pass --database-url or set DATABASE_URL'];
  return resolved(flags, problems, (options) => resolveMigratorOptions({ connectionString, ...options }));
}

/** The same for a command that needs no database. */
export function fileSettingsFrom(flags: RunFlags): ResolvedOptions {
  return resolved(flags, [], resolveFileOptions);
}

function resolved(
  flags: RunFlags,
  problems: string[],
  resolve: (options: MigratorOptions) => ResolvedOptions,
): ResolvedOptions {
  const options = {
    ...given(flags, OPTIONS, (_, value) => value),
    ...(flags.searchPath !== undefined && { searchPath: flags.searchPath.split(',').map((name) => name.trim()) }),
    ...(flags.policy && { policy: pairs('--policy', flags.policy, problems) }),
    ...(flags.placeholder && { placeholders: pairs('--placeholder', flags.placeholder, problems) }),
    timeouts: { connectRetry: 0, ...given(flags, TIMEOUTS, (flag, value) => seconds(flag, String(value), problems)) },
    lint: lintOptions(flags, problems),
  };
  if (problems.length > 0) throw new ConfigurationError('INVALID_OPTIONS', problems);
  try {
    return resolve(options);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const url = flags.databaseUrl === undefined ? 'DATABASE_URL' : '--database-url';
    throw new ConfigurationError(
      error.code as 'INVALID_OPTIONS' | 'INVALID_TABLE',
      error.problems.map((problem) => inFlags(problem, url)),
    );
  }
}

/** The options of a table whose flags are given. */
function given<Options>(
  flags: RunFlags,
  table: FlagNames<Options>,
  read: (flag: string, value: unknown) => unknown,
): Record<string, unknown> {
  const entries = Object.entries(table) as [string, readonly [keyof RunFlags, string]][];
  return Object.fromEntries(
    entries.flatMap(([option, [key, flag]]) => (flags[key] === undefined ? [] : [[option, read(flag, flags[key])]])),
  );
}

/** The option `lint`. */
function lintOptions({ lint, rule, largeTable }: RunFlags, problems: string[]): object {
  return {
    ...(lint !== undefined && { onMigrate: lint }),
    ...(rule && { rules: pairs('--rule', rule, problems) }),
    ...(largeTable !== undefined && { largeTable: Number(largeTable) }),
  };
}

function seconds(flag: string, typed: string, problems: string[]): number {
  const milliseconds = millisecondsOf(typed);
  if (milliseconds === undefined) problems.push(secondsProblem(flag, typed));
  return milliseconds ?? 0;
}

function isPair(typed: string): boolean {
  return typed.indexOf('=') > 0;
}

/** `name=value`, each. The message shows no value: it may be a secret. */
function pairs(flag: string, typed: readonly string[], problems: string[]): Record<string, string> {
  if (!typed.every(isPair)) problems.push(`${flag}: expected name=value`);
  return Object.fromEntries(
    typed.filter(isPair).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}
