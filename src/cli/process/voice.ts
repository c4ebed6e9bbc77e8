import type { Remedy, Voice } from '../../core/errors/remedy.js';
import type { Invocation } from './invocation.js';
import { flagOf } from './option-flags.js';
import { commandLine, forShell } from './retype.js';

/** Phrases remedies as commands, with the flags that were given. */
export function inCommands(typed: Invocation): Voice {
  return (remedy) => `\`${wordsOf(remedy, typed)}\``;
}

/** The commands among the remedies; a flag alone is not a command. */
export function commandsFor(remedies: readonly Remedy[], typed: Invocation): string[] {
  return remedies.map((remedy) => wordsOf(remedy, typed)).filter((words) => words.startsWith(`${typed.program} `));
}

function wordsOf(remedy: Remedy, typed: Invocation): string {
  switch (remedy.action) {
    case 'migrate':
    case 'migrate-tenants': // only commands with a selection read tenants
      return command('migrate', [], typed);
    case 'migrate-shared':
      return command('migrate', [], { ...typed, flags: { ...typed.flags, ...NO_TENANTS } });
    case 'unlock':
      return command('unlock', ['--force'], typed);
    case 'mark':
    case 'unmark':
    case 'accept':
      return command(remedy.action, [remedy.file], typed);
    case 'accept-object':
      return command('accept', ['--object', remedy.object], typed);
    case 'restart':
    case 'resume':
      return command('repair', [`--${remedy.action}`, remedy.file], typed);
    case 'adopt':
      return command('adopt', [], selecting(remedy.tenant, typed));
    case 'resolve':
      return command('resolve', [remedy.file, `--${remedy.outcome}`], typed);
    case 'verify-on':
      return '--server <url>';
    case 'verify-with':
      return `--extension ${forShell(remedy.extension)}`;
    case 'verify-without':
      return `--skip ${forShell(remedy.file)}`;
    case 'import-from':
      return '--from-table <table>';
    case 'set':
      return setting(remedy, typed);
  }
}

const NO_TENANTS = { tenant: undefined, group: undefined, all: undefined };

/** A command as if it had been typed for one tenant, or for all. */
function selecting(tenant: string | undefined, typed: Invocation): Invocation {
  const chosen = tenant === undefined ? { all: true } : { tenant: [tenant] };
  return { ...typed, flags: { ...typed.flags, ...NO_TENANTS, ...chosen } };
}

function command(name: string, words: readonly string[], typed: Invocation): string {
  const shared = typed.flagsOf(name).flatMap((each) => repeated(each, typed));
  return commandLine(typed.program, [name, ...words, ...shared]);
}

/** The command as it was typed, with its flags in their usual order. */
export function retyped(typed: Invocation): string {
  const flags = typed.flagsOf(typed.name).flatMap(({ flag }) => given(flag, typed.flags));
  return commandLine(typed.program, [typed.name, ...typed.args, ...flags]);
}

/** A shared flag as it was typed; empty if it was not given. */
function repeated({ flag, isShared }: { flag: string; isShared: boolean }, typed: Invocation): string[] {
  const own = typed.flagsOf(typed.name).find((each) => each.flag === flag);
  const isAnother = flag === '--all' && own?.isShared === false; // the `--all` of lint does not select tenants
  return isShared && !isAnother ? given(flag, typed.flags) : [];
}

/** The current command with a different value of an option; only the flag if the reader must choose the value. */
function setting({ option, value }: Extract<Remedy, { action: 'set' }>, typed: Invocation): string {
  const flag = flagOf(option) ?? `--${option}`;
  const [, name] = option.split('.');
  if (value === undefined)
    return name === undefined ? `${flag} <${VALUES[option] ?? 'value'}>` : `${flag} ${name}=<value>`;
  const wanted = value === 'true' ? [flag] : [flag, name === undefined ? value : `${name}=${value}`];
  const isRetyped = typed.name === 'migrate' || SEEN_BY_READERS.includes(option);
  const target = isRetyped ? typed.name : 'migrate';
  const others = typed.flagsOf(target).flatMap((each) => {
    const words = isRetyped ? given(each.flag, typed.flags) : repeated(each, typed);
    if (longName(each.flag) !== flag) return words;
    // Of a repeatable flag, only the value with this name is removed.
    return name === undefined
      ? []
      : pairs(words)
          .filter(([, pair]) => !pair.startsWith(`${name}=`))
          .flat();
  });
  return commandLine(typed.program, [target, ...(isRetyped ? typed.args : []), ...others, ...wanted]);
}

/** Options that affect what a command reads; the others affect only a run. */
const SEEN_BY_READERS: readonly string[] = ['directory', 'recursive', 'layout', 'table'];

const VALUES: Readonly<Record<string, string>> = { directory: 'directory', migrateWith: 'url' };

function pairs(words: readonly string[]): [string, string][] {
  return words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1] ?? ''] as [string, string]] : []));
}

function longName(flag: string): string {
  return flag.split(' ')[0] ?? flag;
}

/** A flag as it was typed; empty if it was not given. */
function given(flag: string, flags: object): string[] {
  const long = longName(flag);
  const key = long.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const value = (flags as Readonly<Record<string, unknown>>)[key];
  if (value === undefined || value === false) return [];
  if (value === true) return [long];
  const values = [value].flat() as string[];
  return values.flatMap((each) => [long, each]);
}
