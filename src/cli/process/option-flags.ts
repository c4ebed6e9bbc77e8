import type { MigratorOptions, TimeoutOptions } from '../../composition/options.js';
import type { RunFlags } from './flags.js';

/** For each option its key among the parsed flags, and the flag. */
export type FlagNames<Options> = Partial<Record<keyof Options & string, readonly [key: keyof RunFlags, flag: string]>>;

/** Options and the flags that set them. The validation of options checks the values. */
export const OPTIONS: FlagNames<MigratorOptions> = {
  directory: ['dir', '--dir'],
  table: ['table', '--table'],
  role: ['role', '--role'],
  layout: ['layout', '--layout'],
  recursive: ['recursive', '--recursive'],
  lock: ['lock', '--lock'],
  transaction: ['transaction', '--transaction'],
};

/** Timeouts and the flags that set them, in seconds. */
export const TIMEOUTS: FlagNames<TimeoutOptions> = {
  connect: ['connectTimeout', '--connect-timeout'],
  connectRetry: ['connectRetry', '--connect-retry'],
  read: ['readTimeout', '--read-timeout'],
  migrationLock: ['migrationLockTimeout', '--migration-lock-timeout'],
  statement: ['statementTimeout', '--statement-timeout'],
  tableLock: ['tableLockTimeout', '--table-lock-timeout'],
};

/** Options with several values, or that share a flag. */
const OTHERS: Readonly<Record<string, string>> = {
  connectionString: '--database-url',
  migrateWith: '--database-url',
  searchPath: '--search-path',
  placeholders: '--placeholder',
  policy: '--policy',
  lint: '--lint',
};

/** The flag of an option, by its name with dots; undefined if it has none. */
export function flagOf(option: string): string | undefined {
  const [group = '', name] = option.split('.');
  if (option.startsWith('lint.rules')) return '--rule';
  if (option === 'lint.largeTableRows') return '--large-table-rows';
  if (group === 'timeouts') return TIMEOUTS[name as keyof TimeoutOptions]?.[1];
  return OPTIONS[group as keyof MigratorOptions]?.[1] ?? OTHERS[group];
}

/** Rewords a problem with an option as one with its flag. @param url the source of the connection string */
export function inFlags(problem: string, url: string): string {
  const names: [string, string][] = [
    ['connectionString', url],
    ['searchPath', '--search-path'],
    ['placeholders', '--placeholder'],
    ['lint.onMigrate', '--lint'],
    ['lint.largeTableRows', '--large-table-rows'],
    ...Object.entries(OPTIONS).map(([option, [, flag]]): [string, string] => [option, flag]),
    ...Object.entries(TIMEOUTS).map(([option, [, flag]]): [string, string] => [`timeouts.${option}`, flag]),
  ];
  if (/^(?:unknown option ")?policy\./.test(problem)) return `--policy: ${problem.replaceAll('policy.', '')}`;
  if (/^(?:unknown option ")?lint\.rules\./.test(problem)) {
    return `--rule: ${problem.replaceAll('lint.rules.', '').replace('unknown option', 'unknown rule')}`;
  }
  const found = names.find(([option]) => problem.startsWith(`${option}:`) || problem.startsWith(`${option}.`));
  return found ? `${found[1]}${problem.slice(found[0].length)}` : problem;
}

/** Replaces `the option "table"` in a text with the flag of the option, if it has one. */
export function withFlags(text: string): string {
  return text.replace(
    /(set )?the option "([\w.]+)"(?:(?: set)? to "([^"]*)")?/gi,
    (whole, set: string | undefined, ...more) => {
      const [option, value] = more as [string, string | undefined];
      const flag = flagOf(option);
      if (flag === undefined) return whole;
      const words = value === undefined ? `\`${flag}\`` : `\`${flag} ${value}\``;
      return set === undefined ? words : `${set.startsWith('S') ? 'Use' : 'use'} ${words}`;
    },
  );
}
