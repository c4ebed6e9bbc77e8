import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { types } from 'node:util';
import { MODULE_ONLY_OPTIONS, MODULE_ONLY_TENANTS_OPTIONS } from '../../composition/define-config.js';
import { ConfigurationError } from '../../core/errors/input-errors.js';
import { isListFactory, listOf } from '../module/list-factory.js';
import type { ConfigurationProblem } from '../../core/problems/configuration-problem.js';
import { withNamedEngine } from './named-engine.js';

/** Options from a file. */
export interface FileOptions {
  /** The name of the file in messages. */
  readonly source: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** As for `--module`. */
  readonly module?: string | undefined;
  /** As for `--name`. */
  readonly name?: string | undefined;
}

const NAMES = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map((extension) => `migrations.config.${extension}`);

/** The key of package.json. */
const KEY = 'nest-migrations';

/**
 * The options of the file that `--config` names, otherwise of `migrations.config.*` or of package.json in the working
 * directory; undefined if there is none.
 *
 * @throws ConfigurationError
 */
export async function readConfig(named: string | undefined): Promise<FileOptions | undefined> {
  const found = named === undefined ? NAMES.filter((name) => existsSync(name)) : [named];
  if (found.length > 1)
    fail({
      code: 'duplicate',
      detail: `there are several configuration files: ${found.join(', ')}. Keep one, or select one with --config`,
    });
  const [source] = found;
  if (source === undefined) return readPackageKey();
  const content = await load(source);
  const options: unknown = await (typeof content === 'function' ? (content as () => unknown)() : content);
  return own(source, options);
}

async function readPackageKey(): Promise<FileOptions | undefined> {
  if (!existsSync('package.json')) return undefined;
  const text = readFileSync('package.json', 'utf8');
  if (!text.includes(`"${KEY}"`)) return undefined;
  const options = (parse('package.json', text) as Readonly<Record<string, unknown>> | null)?.[KEY];
  const source = `"${KEY}" in package.json`;
  return options === undefined ? undefined : own(source, options);
}

/** What the file exports. */
async function load(file: string): Promise<unknown> {
  const absolute = path.resolve(file);
  if (!existsSync(absolute))
    fail({ option: '--config', code: 'invalid', given: file, detail: `there is no file ${file}` });
  if (file.endsWith('.json')) return parse(file, await readFile(absolute, 'utf8'));
  if (/\.m?ts$/.test(file) && !(process.features as { typescript?: unknown }).typescript)
    fail({
      code: 'unusable',
      source: file,
      detail: `Node ${process.version} cannot load TypeScript: use Node 22.18 or later, or migrations.config.mjs`,
    });
  return exported(file, absolute);
}

/** Every version of Node that this package supports can `require()` ES modules; `import()` does not exist in a bundle. */
function exported(file: string, absolute: string): unknown {
  try {
    const module = createRequire(absolute)(absolute) as { default?: unknown };
    return types.isModuleNamespaceObject(module) || 'default' in module ? module.default : module;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_REQUIRE_ASYNC_MODULE')
      fail({ code: 'unusable', source: file, detail: 'export an async function instead of a top-level await' });
    return fail({ code: 'unusable', detail: `${file} cannot be loaded: ${message.split('\n')[0]}` });
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fail({ code: 'unusable', detail: `${file} is not valid JSON` });
  }
}

async function own(source: string, given: unknown): Promise<FileOptions> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return fail({ code: 'unusable', source, detail: 'expected an object of options as its default export' });
  const { module, name, ...options } = given as Readonly<Record<string, unknown>>;
  if (isListFactory(listOf(options))) fail({ ...LIST_FROM_PROVIDERS, source });
  return {
    source,
    options: withoutModuleOnly(await withNamedEngine(options, source)),
    module: optionalText(source, 'module', module),
    name: optionalText(source, 'name', name),
  };
}

const LIST_FROM_PROVIDERS: ConfigurationProblem = {
  option: 'tenants.list',
  code: 'invalid',
  detail: 'its useFactory needs providers of the application; take the options from its module with --module',
};

/** Leaves out the options that are not about a target. */
export function withoutModuleOnly(options: FileOptions['options']): FileOptions['options'] {
  const left = without(options, MODULE_ONLY_OPTIONS);
  const { tenants } = left;
  return typeof tenants === 'object' && tenants !== null
    ? { ...left, tenants: without(tenants, MODULE_ONLY_TENANTS_OPTIONS) }
    : left;
}

function without(options: object, names: readonly string[]): FileOptions['options'] {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));
}

function optionalText(source: string, option: string, value: unknown): string | undefined {
  return value === undefined || (typeof value === 'string' && value !== '')
    ? value
    : fail({ option, code: 'invalid', source, detail: 'expected a non-empty string' });
}

function fail(problem: ConfigurationProblem): never {
  throw new ConfigurationError('INVALID_OPTIONS', [problem]);
}
