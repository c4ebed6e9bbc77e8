import type { CommanderError } from 'commander';
import { PROGRAM } from '../process/retype.js';
import type { CommandDefinition } from './definition.js';

/** The flags that select tenants. */
const SELECTION: readonly string[] = ['tenant', 'group', 'all'];

/**
 * The message of a usage error. If an unknown flag is part of the names of other flags, it suggests those, and for
 * `rollouts` the command `fleet rollouts`: commander suggests only similar spellings.
 *
 * @param command the one that was typed, if it is known.
 * @param commands the names of all commands.
 * @param program how the command line is started.
 */
export function usageMessage(
  { code, message }: CommanderError,
  command: CommandDefinition | undefined,
  commands: readonly string[],
  program: string,
): string {
  if (code === 'commander.unknownCommand') return unknownCommand(message, commands);
  const { flags = [], withoutTenants } = command ?? {};
  const typed = /'--([\w-]+)/.exec(message)?.[1];
  if (code !== 'commander.unknownOption' || typed === undefined) return message;
  if (withoutTenants !== undefined && SELECTION.includes(typed))
    return `${message}\n${withoutTenants.replaceAll(PROGRAM, program)}`;
  if (message.includes('Did you mean')) return message;
  const named = flags.filter(([flag]) => `${nameOf(flag)}-`.includes(`-${typed}-`));
  const words = ` ${typed.replaceAll('-', ' ')} `;
  const similar = named.length > 0 ? named : flags.filter(([, description]) => ` ${description} `.includes(words));
  return similar.length === 0
    ? message
    : `${message}\n(Did you mean ${similar.map(([flag]) => nameOf(flag)).join(' or ')}?)`;
}

function unknownCommand(message: string, commands: readonly string[]): string {
  const typed = /'([\w-]+)'/.exec(message)?.[1];
  const found = commands.find((name) => name.split(' ')[1] === typed);
  return found === undefined || message.includes('Did you mean') ? message : `${message}\n(Did you mean ${found}?)`;
}

function nameOf(flag: string): string {
  return /^[\w-]+/.exec(flag)?.[0] ?? flag;
}
