import { COMMON_FLAGS } from './common-flags.js';
import type { CommandDefinition } from './definition.js';

export const statusCommand: CommandDefinition = {
  name: 'status',
  description: 'show every migration and its state',
  flags: COMMON_FLAGS,
  load: async () => (await import('../actions/status.js')).status,
};
