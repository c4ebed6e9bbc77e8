import type { CommanderError } from 'commander';
import type { CommandDefinition } from './definition.js';

/** The flags that select tenants. */
const SELECTION: readonly string[] = ['tenant', 'group', 'all'];

/**
 * The message of a usage error. If an unknown flag is part of the names of other flags, it suggests those:
 * commander suggests only similar spellings.
 *
 * @param command the one that was typed, if it is known.
 */
export function usageMessage({ code, message }: CommanderError, command: CommandDefinition | undefined): string {
  const { flags = [], withoutTenants } = command ?? {};
  const typed = /'--([\w-]+)/.exec(message)?.[1];
  if (code !== 'commander.unknownOption' || typed === undefined) return message;
  if (withoutTenants !== undefined && SELECTION.includes(typed)) return `${message}\n${withoutTenants}`;
  if (message.includes('Did you mean')) return message;
  const named = flags.filter(([flag]) => `${nameOf(flag)}-`.includes(`-${typed}-`));
  const words = ` ${typed.replaceAll('-', ' ')} `;
  const similar = named.length > 0 ? named : flags.filter(([, description]) => ` ${description} `.includes(words));
  return similar.length === 0
    ? message
    : `${message}\n(Did you mean ${similar.map(([flag]) => nameOf(flag)).join(' or ')}?)`;
}

function nameOf(flag: string): string {
  return /^[\w-]+/.exec(flag)?.[0] ?? flag;
}
