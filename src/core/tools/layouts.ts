import { type SectionProblem, upSection } from '../sql/text/sections.js';
import type { LayoutName } from './names.js';
import type { FileProblem } from '../problems/file-problem.js';
import { folderToolOf, layoutsAmong, TOOLS } from './registry.js';
import { baseName, type FileLayout, type FolderLayout, type Naming, type ToolDefinition } from './tool.js';

/** What a file is in a layout: a migration, a file to skip, or a problem. */
export type FileRole = 'migration' | 'ignored' | { readonly problem: FileProblem };

/** How the files of a directory are read. */
export interface Layout {
  /** True when migrations may be in subfolders. */
  readonly nested: boolean;
  /** What the file at this path, relative to the directory, is. */
  role(path: string): FileRole;
  /** How a new migration is named. */
  readonly naming: Naming;
  /** The file name in each migration's folder; undefined if a migration is a single file. */
  readonly fileInFolder: string | undefined;
  /** The marker line before which nothing runs; undefined if the whole file runs. */
  readonly upMarker: string | undefined;
  /** The part of a file to run, with the rest blanked out so that positions stay the same; or why there is none. */
  section(text: string): string | SectionProblem;
}

/** The defaults of a layout. */
const WHOLE_FILES = {
  naming: {},
  fileInFolder: undefined,
  upMarker: undefined,
  section: (text: string): string => text,
};

/** The plain layout and those of the tools, by name. */
export function layoutsOf(tools: readonly ToolDefinition[]): Readonly<Record<string, Layout>> {
  const plain: Layout = { ...WHOLE_FILES, nested: false, role: (path) => plainRole(path, tools) };
  return Object.fromEntries([
    ['plain', plain],
    ...tools.flatMap((tool) => (tool.layout ? [[tool.name, layoutOf(tool, tool.layout)] as const] : [])),
  ]);
}

/** The layouts by name. */
export const LAYOUTS = layoutsOf(TOOLS) as Readonly<Record<LayoutName, Layout>>;

/** Why a path cannot belong to a migration in the plain layout: another tool keeps each migration in such a folder. */
export function folderLayoutProblem(path: string, tools: readonly ToolDefinition[] = TOOLS): FileProblem | undefined {
  const tool = path.includes('/') ? folderToolOf(baseName(path), tools) : undefined;
  return tool && { reason: 'folder-of-its-own', layouts: [tool.name] };
}

const REPEATABLE: FileProblem = { reason: 'repeatable' };

function layoutOf({ undoFile, repeatableFile }: ToolDefinition, layout: FileLayout | FolderLayout): Layout {
  if ('fileInFolder' in layout) {
    const { fileInFolder, naming = {} } = layout;
    return { ...WHOLE_FILES, nested: true, naming, fileInFolder, role: (path) => roleInFolder(path, fileInFolder) };
  }
  const { migrationFile, form, naming = {}, ignoredFile, nested = false, sections } = layout;
  return {
    ...WHOLE_FILES,
    nested,
    naming,
    ...(sections && { upMarker: sections.written, section: (text: string) => upSection(text, sections) }),
    role: (path) => {
      const name = baseName(path);
      if (undoFile?.test(name) || ignoredFile?.test(name)) return 'ignored';
      if (repeatableFile?.test(name)) return { problem: REPEATABLE };
      return migrationFile.test(name) ? 'migration' : { problem: { reason: 'wrong-form', value: form } };
    },
  };
}

function roleInFolder(path: string, fileInFolder: string): FileRole {
  const [folder = '', name = path] = path.split('/').slice(-2);
  if (name !== fileInFolder) return 'ignored';
  return /^\d/.test(folder) ? 'migration' : { problem: { reason: 'folder-without-number' } };
}

/** A file of another tool is refused with advice to set that tool's layout: its undo files would run like the rest. */
function plainRole(path: string, tools: readonly ToolDefinition[]): FileRole {
  const problem = folderLayoutProblem(path, tools) ?? nameProblem(baseName(path), tools);
  return problem === undefined ? 'migration' : { problem };
}

function nameProblem(name: string, tools: readonly ToolDefinition[]): FileProblem | undefined {
  const undoing = tools.filter(({ undoFile }) => undoFile?.test(name));
  if (undoing.length > 0) return { reason: 'undo-migration', layouts: layoutsAmong(undoing) };
  if (tools.some(({ repeatableFile }) => repeatableFile?.test(name))) return REPEATABLE;
  if (/^\d/.test(name)) return undefined;
  const owner = tools.find(
    ({ layout }) => layout && 'migrationFile' in layout && layout.migrationFile.test(name),
  )?.name;
  return owner === undefined ? { reason: 'no-number' } : { reason: 'other-layout', value: owner, layouts: [owner] };
}
