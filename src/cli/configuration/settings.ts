import { ConfigurationError } from '../../core/errors/input-errors.js';
import type { ConfigurationProblem } from '../../core/problems/configuration-problem.js';
import { resolveFileOptions, resolveMigratorOptions } from '../../composition/validation/migrator-options.js';
import type { RunFlags } from '../process/flags.js';
import { flagOf, inFlags, OPTIONS, TIMEOUTS, type FlagNames } from '../process/option-flags.js';
import { millisecondsOf, secondsProblem } from '../process/seconds.js';
import { terminal } from '../process/terminal.js';
import { readConfig } from './config-file.js';
import { CONNECTIONS, mergeLayers, sourceOf, type Layer } from './layers.js';
import { policyLayers } from './policy-layers.js';
import type { ProjectOptions } from './project-options.js';

/** The effective options of a command. */
export interface Settings {
  readonly options: ProjectOptions;
  /** The sources of options; later ones override earlier ones. */
  readonly layers: readonly Layer[];
}

/** What flags, environment and configuration file say. */
export interface GivenOptions {
  readonly layers: readonly Layer[];
  /** The problems of flags. */
  readonly problems: readonly ConfigurationProblem[];
}

/**
 * Turns flags, environment and configuration file into options.
 *
 * @param known what was already read.
 * @throws ConfigurationError, which names flags
 */
export async function settingsFrom(flags: RunFlags, known?: GivenOptions): Promise<ProjectOptions> {
  const { layers, problems } = known ?? (await readLayers(flags));
  throwIfAny(hasConnection(layers) ? problems : [NO_DATABASE, ...problems]);
  const options = await resolved(layers, true);
  if (flags.verbose) await showSettings({ options, layers });
  return options;
}

const NO_DATABASE: ConfigurationProblem = {
  code: 'missing',
  detail: 'no database: pass --database-url, or set DATABASE_URL or PGHOST',
};

/** The same for a command that needs no database. */
export async function fileSettingsFrom(flags: RunFlags, known?: GivenOptions): Promise<Settings> {
  const { layers, problems } = known ?? (await readLayers(flags));
  throwIfAny(problems);
  const settings = { layers, options: await resolved(layers, false) };
  if (flags.verbose) await showSettings(settings);
  return settings;
}

async function showSettings({ options, layers }: Settings): Promise<void> {
  const { listSettings, settingsToText } = await import('./list-settings.js');
  terminal.err(`Effective options:\n${settingsToText(listSettings(options, layers))}`);
}

/** True if there is a database to connect to. An empty `--database-url` is a mistake, not a request for none. */
export function hasDatabase(flags: RunFlags, { layers }: GivenOptions): boolean {
  return flags.databaseUrl !== undefined || hasConnection(layers);
}

function hasConnection(layers: readonly Layer[]): boolean {
  return CONNECTIONS.some((way) => layers.some(({ options }) => options[way]));
}

/** Reads the configuration file and the environment. A file that exports a function is called each time. */
export async function readLayers(flags: RunFlags): Promise<GivenOptions> {
  if (flags.envFile !== undefined) await (await import('./env-file.js')).readEnvFile(flags.envFile, process.env);
  const file = await readConfig(flags.config);
  const module = flags.module ?? file?.module;
  const name = flags.name ?? file?.name;
  if (module === undefined && name !== undefined) throw new ConfigurationError('INVALID_OPTIONS', [NAME_ALONE]);
  const host = module === undefined ? undefined : await (await import('./module-layer.js')).moduleLayer(module, name);
  // An application has already read the environment itself, perhaps for another of its databases.
  const url = host ? undefined : process.env['DATABASE_URL'];
  const problems: ConfigurationProblem[] = [];
  const layers: Layer[] = [
    { from: () => 'the command line', options: { timeouts: { connectRetry: 0 } } },
    ...(host ? [{ ...host, options: normalized(host.options) }] : []),
    ...(file ? [{ from: () => file.source, options: normalized(file.options) }] : []),
    ...(url ? [{ from: () => 'DATABASE_URL', options: { connectionString: url } }] : []),
    ...policyLayers(flags, problems),
    { from: (option) => flagOf(option) ?? option, options: flagOptions(flags, problems) },
  ];
  const isPlain = flags.databaseUrl === undefined && !hasConnection(layers);
  return { layers: isPlain ? [...driverVariables(), ...layers] : layers, problems };
}

const NAME_ALONE: ConfigurationProblem = {
  option: '--name',
  code: 'missing',
  detail: 'needs --module: it selects one of its MigrationsModules',
};

/** The driver reads `PGHOST`, `PGDATABASE` and the other variables, and the password file, when nothing else is given. */
function driverVariables(): Layer[] {
  const isGiven = ['PGHOST', 'PGDATABASE'].some((name) => process.env[name]);
  return isGiven ? [{ from: () => 'the variables PGHOST, PGDATABASE, …', options: { connection: {} } }] : [];
}

function throwIfAny(problems: readonly ConfigurationProblem[]): void {
  if (problems.length > 0) throw new ConfigurationError('INVALID_OPTIONS', problems);
}

/** `lint: 'warn'` is short for an object. */
function normalized(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return typeof options['lint'] === 'string' ? { ...options, lint: { onMigrate: options['lint'] } } : options;
}

/** @param problems receives the problems of flags. */
function flagOptions(flags: RunFlags, problems: ConfigurationProblem[]): Record<string, unknown> {
  return {
    // A URL given as a flag is used for everything, including migrations.
    ...(flags.databaseUrl !== undefined && { connectionString: flags.databaseUrl, migrateWith: undefined }),
    ...given(flags, OPTIONS, (_, value) => value),
    ...(flags.searchPath !== undefined && { searchPath: flags.searchPath.split(',').map((name) => name.trim()) }),
    ...(flags.policy && { policy: pairs('--policy', flags.policy, problems) }),
    ...(flags.placeholder && { placeholders: pairs('--placeholder', flags.placeholder, problems) }),
    timeouts: given(flags, TIMEOUTS, (flag, value) => seconds(flag, String(value), problems)),
    lint: lintOptions(flags, problems),
  };
}

async function resolved(layers: readonly Layer[], needsConnection: boolean): Promise<ProjectOptions> {
  const merged = mergeLayers(layers);
  try {
    if (merged['tenants'] === undefined)
      return needsConnection ? resolveMigratorOptions(merged) : resolveFileOptions(merged);
    const { resolveFleetOptions, resolveFleetFileOptions } = await import('../../composition/fleet/resolve-tenants.js');
    return needsConnection ? resolveFleetOptions(merged) : resolveFleetFileOptions(merged);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(
      error.code as 'INVALID_OPTIONS' | 'INVALID_TABLE',
      error.problems.map((problem) => inPlace(problem, layers)),
    );
  }
}

/** A problem with an option as one with its flag, or with the file that sets the option. */
function inPlace(problem: ConfigurationProblem, layers: readonly Layer[]): ConfigurationProblem {
  const { option = '' } = problem;
  const [group = ''] = option.split('.');
  const source = sourceOf(option, layers) ?? sourceOf(group, layers) ?? '--database-url';
  if (source === 'DATABASE_URL' || source.startsWith('--')) return inFlags(problem, source);
  return { ...problem, source };
}

/** The options whose flags were given. */
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
function lintOptions({ lint, rule, largeTableRows }: RunFlags, problems: ConfigurationProblem[]): object {
  return {
    ...(lint !== undefined && { onMigrate: lint }),
    ...(rule && { rules: pairs('--rule', rule, problems) }),
    ...(largeTableRows !== undefined && { largeTableRows: Number(largeTableRows) }),
  };
}

function seconds(flag: string, typed: string, problems: ConfigurationProblem[]): number {
  const milliseconds = millisecondsOf(typed);
  if (milliseconds === undefined) problems.push(secondsProblem(flag, typed));
  return milliseconds ?? 0;
}

function isPair(typed: string): boolean {
  return typed.indexOf('=') > 0;
}

/** Parses `name=value` arguments. The message omits the value, which may be a secret. */
function pairs(flag: string, typed: readonly string[], problems: ConfigurationProblem[]): Record<string, string> {
  if (!typed.every(isPair)) problems.push({ option: flag, code: 'invalid', detail: 'expected name=value' });
  return Object.fromEntries(
    typed.filter(isPair).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}
