import { TOOLS, type ToolWith } from './registry.js';

/** How a directory is laid out: by the rules of this library (`plain`), or by those of another tool. */
export type LayoutName = 'plain' | ToolWith<'layout'>;

/** A tool whose history can be imported. */
export type ForeignTool = ToolWith<'history'>;

/** The values of the option `layout`. */
export const LAYOUT_NAMES = ['plain', ...namesWith('layout')] as readonly LayoutName[];

/** The tools whose history can be imported. */
export const FOREIGN_TOOLS = namesWith('history') as readonly ForeignTool[];

function namesWith(part: 'layout' | 'history'): readonly string[] {
  return TOOLS.filter((tool) => part in tool).map(({ name }) => name);
}
