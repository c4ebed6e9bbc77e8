import type { CommandDefinition } from './definition.js';

/** The command that prints completion scripts for all commands, itself included. */
export function completionCommand(commands: () => readonly CommandDefinition[]): CommandDefinition {
  return {
    name: 'completion',
    argument: ['<shell>', 'bash, zsh or fish'],
    description: 'print a shell completion script for commands, flags and their values',
    flags: [],
    examples: ['eval "$(nest-migrations completion bash)"', 'nest-migrations completion fish | source'],
    load: async () => (await import('../actions/completion/completion.js')).completionOf(commands()),
  };
}
