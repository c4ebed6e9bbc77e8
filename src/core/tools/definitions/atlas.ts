import type { ToolDefinition } from '../tool.js';

/** Atlas: https://atlasgo.io */
export const atlas = {
  name: 'atlas',
  noTransaction: /^atlas:txmode\s+none$/i,
} as const satisfies ToolDefinition;
