import type { CommanderError } from 'commander';
import type { Flag } from './definition.js';

/**
 * The message of a usage error. If an unknown flag is part of the names of other flags, it suggests those:
 * commander suggests only similar spellings.
 */
export function usageMessage({ code, message }: CommanderError, flags: readonly Flag[]): string {
  const typed = /'--([\w-]+)/.exec(message)?.[1];
  if (code !== 'commander.unknownOption' || typed === undefined || message.includes('Did you mean')) return message;
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
