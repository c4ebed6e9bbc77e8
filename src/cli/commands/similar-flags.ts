import type { CommanderError } from 'commander';
import type { Flag } from './definition.js';

/**
 * The message of a usage error. If an unknown flag is part of the names of other flags, it suggests those:
 * commander suggests only similar spellings.
 */
export function usageMessage({ code, message }: CommanderError, flags: readonly Flag[]): string {
  const typed = /'--([\w-]+)/.exec(message)?.[1];
  if (code !== 'commander.unknownOption' || typed === undefined || message.includes('Did you mean')) return message;
  const similar = flags.map(([flag]) => /^[\w-]+/.exec(flag)?.[0] ?? flag).filter((flag) => contains(flag, typed));
  return similar.length === 0 ? message : `${message}\n(Did you mean ${similar.join(' or ')}?)`;
}

function contains(flag: string, typed: string): boolean {
  return `${flag}-`.includes(`-${typed}-`);
}
