import type { ToolDefinition } from '../tool.js';

/** Postgrator: https://github.com/rickbergfalk/postgrator */
export const postgrator = {
  name: 'postgrator',
  undoFile: /\.undo\.sql$/i,
} as const satisfies ToolDefinition;
