import type { ToolDefinition } from '../tool.js';

/** Diesel: https://diesel.rs */
export const diesel = {
  name: 'diesel',
  layout: { fileInFolder: 'up.sql', naming: { dashed: true } },
} as const satisfies ToolDefinition;
