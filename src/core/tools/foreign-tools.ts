import type { ToolHistory } from './history.js';
import { TOOLS, type ToolWith } from './registry.js';
import type { ToolDefinition } from './tool.js';

/** A tool whose history can be imported. */
export type ForeignTool = ToolWith<'history'>;

/** The history of each tool that has one, by the tool's name. */
export function historiesOf(tools: readonly ToolDefinition[]): Readonly<Record<string, ToolHistory>> {
  return Object.fromEntries(tools.flatMap(({ name, history }) => (history ? [[name, history]] : [])));
}

/** The histories that can be imported, by tool. */
export const FOREIGN_HISTORIES = historiesOf(TOOLS) as Readonly<Record<ForeignTool, ToolHistory>>;

/** The tools whose history can be imported. */
export const FOREIGN_TOOLS = Object.keys(FOREIGN_HISTORIES) as readonly ForeignTool[];
