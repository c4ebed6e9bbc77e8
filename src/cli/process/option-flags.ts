import type { MigratorOptions, TimeoutOptions } from '../../composition/options.js';
import type { ConfigurationProblem } from '../../core/problems/configuration-problem.js';
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

/** A problem with an option as one with its flag. @param url the source of the connection string */
export function inFlags(problem: ConfigurationProblem, url: string): ConfigurationProblem {
  const names: [string, string][] = [
    ['connectionString', url],
    ['searchPath', '--search-path'],
    ['placeholders', '--placeholder'],
    ['lint.onMigrate', '--lint'],
    ['lint.largeTableRows', '--large-table-rows'],
    ...Object.entries(OPTIONS).map(([option, [, flag]]): [string, string] => [option, flag]),
    ...Object.entries(TIMEOUTS).map(([option, [, flag]]): [string, string] => [`timeouts.${option}`, flag]),
  ];
  const { option = '', code } = problem;
  if (option.startsWith('policy.')) return within('--policy', 'policy.', problem);
  if (option.startsWith('lint.rules.')) {
    const rule = within('--rule', 'lint.rules.', problem);
    return code === 'unknown-option' ? { ...rule, code: 'unknown-rule' } : rule;
  }
  const found = names.find(([name]) => option === name || option.startsWith(`${name}.`));
  return found && code === 'invalid' ? { ...problem, option: `${found[1]}${option.slice(found[0].length)}` } : problem;
}

/** A problem with one of the names in the values of a flag. */
function within(flag: string, group: string, problem: ConfigurationProblem): ConfigurationProblem {
  const { option, suggestion } = problem;
  return {
    ...problem,
    source: flag,
    option: option?.slice(group.length),
    suggestion: suggestion?.slice(group.length),
  };
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
