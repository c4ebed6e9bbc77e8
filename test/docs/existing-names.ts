import { makeProgram } from '../../src/cli/program.js';
import { SILENT_HOST } from '../support/programs/silent-host.js';
import { readHeader } from '../../src/core/compile/header.js';
import { ConfigurationError } from '../../src/core/errors/input-errors.js';
import { Fleet } from '../../src/fleet/fleet.js';
import { Migrator } from '../../src/migrator/migrator.js';
import { MigrationsService } from '../../src/nest/migrations.service.js';
import { resolveModuleOptions } from '../../src/nest/configuration/resolve-options.js';

/** Functions that are not methods of ours: of the package, of PostgreSQL, and a user's own in examples. */
const OTHER_FUNCTIONS = /^(?:makeMigrator|renderFinding|renderEvent|pg_\w+|backfill_orders)$/;

/** Flags of other programs that our code calls: initdb. */
const OTHER_FLAGS = ['--pwfile'];

/** What a text tells a reader to call, type, set or write, and that does not exist. */
export function unknownNames(text: string): string[] {
  return [
    ...found(text, /\bfleet\.(\w+)\(/g).filter((name) => !isMethodOf(Fleet, name)),
    ...found(text, /(?<!\bfleet\.)\b([A-Za-z_]\w*)\(/g).filter(
      (name) => !OTHER_FUNCTIONS.test(name) && !isMethodOfBoth(name),
    ),
    ...unknownInstructions(text),
    ...found(text, /["`](-- [a-z]+-[a-z]+(?:: \w+)?)["`]/g).filter((line) => !isDirective(line)),
  ];
}

/** The same for commands, flags and options alone, which can be recognized in any text. */
export function unknownInstructions(text: string): string[] {
  return [
    ...found(text, /nest-migrations ([a-z][\w-]*)/g).filter((name) => !commands.some((each) => each.name() === name)),
    ...found(text, /`(--[a-z][a-z-]*)/g).filter((flag) => !isFlag(flag)),
    ...found(text, /(?<!unknown )\boption "([^"$]*)"/g).filter((name) => !isOption(name)),
  ];
}

const commands = makeProgram(SILENT_HOST).commands;

function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}

function isFlag(flag: string): boolean {
  return OTHER_FLAGS.includes(flag) || commands.some(({ options }) => options.some(({ long }) => long === flag));
}

function isMethodOfBoth(name: string): boolean {
  return isMethodOf(Migrator, name) && isMethodOf(MigrationsService, name);
}

function isMethodOf({ prototype }: { readonly prototype: object }, name: string): boolean {
  return typeof Object.getOwnPropertyDescriptor(prototype, name)?.value === 'function';
}

/** Options say of a name whether they know it. @param path with dots: `timeouts.read` */
function isOption(path: string): boolean {
  const given = path.split('.').reduceRight<unknown>((value, name) => ({ [name]: value }), Symbol('of no option'));
  try {
    resolveModuleOptions(given as object);
  } catch (error) {
    if (error instanceof ConfigurationError)
      return !error.problems.some(({ code, option }) => code === 'unknown-option' && option === path);
    throw error;
  }
  return true;
}

function isDirective(line: string): boolean {
  const { timeouts, noTransaction, mistakes } = readHeader(line);
  return noTransaction || (mistakes.length === 0 && Object.keys(timeouts).length === 1);
}
