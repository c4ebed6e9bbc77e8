import type { ToolHistory } from './history.js';
import type { ForeignTool } from './names.js';
import { TOOLS } from './registry.js';
import type { ToolDefinition } from './tool.js';

/** The history of each tool that has one, by the tool's name. */
export function historiesOf(tools: readonly ToolDefinition[]): Readonly<Record<string, ToolHistory>> {
  return Object.fromEntries(tools.flatMap(({ name, history }) => (history ? [[name, history]] : [])));
}

/** The histories that can be imported, by tool. */
export const FOREIGN_HISTORIES = historiesOf(TOOLS) as Readonly<Record<ForeignTool, ToolHistory>>;
