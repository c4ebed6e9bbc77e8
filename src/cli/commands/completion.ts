import type { CommandDefinition, CommandGroup } from './definition.js';

/** The command that prints completion scripts for all commands, itself included. */
export function completionCommand(
  commands: () => readonly CommandDefinition[],
  groups: readonly CommandGroup[],
): CommandDefinition {
  return {
    name: 'completion',
    argument: ['<shell>', 'bash, zsh or fish'],
    description: 'print a shell completion script for commands, flags and their values',
    flags: [],
    examples: ['eval "$(nest-migrations completion bash)"', 'nest-migrations completion fish | source'],
    load: async () => (await import('../actions/completion/completion.js')).completionOf(commands(), groups),
  };
}
