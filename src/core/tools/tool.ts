import type { SectionMarkers } from '../sql/text/sections.js';
import type { ToolHistory } from './history.js';

/**
 * Everything this library knows about another migration tool, taken from that tool's documentation and source. Each
 * part is optional: a tool needs only the parts in which it differs.
 */
export interface ToolDefinition {
  /** The name in options and messages. */
  readonly name: string;
  /** How its directories are laid out. With this part, the name is a value of the option `layout`. */
  readonly layout?: FileLayout | FolderLayout;
  /** Where it records what it applied. With this part, the name is a value that `importFrom` accepts. */
  readonly history?: ToolHistory;
  /** The comment that asks for no transaction, without its leading dashes and surrounding blanks. */
  readonly noTransaction?: RegExp;
  /** File names of undo migrations. */
  readonly undoFile?: RegExp;
  /** The comment that begins an undo section, dashes included. */
  readonly undoSection?: RegExp;
  /** File names of repeatable migrations, which are not supported. */
  readonly repeatableFile?: RegExp;
  /** Rewrites a file or folder name that does not begin with a digit so that it does; returns other names unchanged. */
  versionFirst?(name: string): string;
}

/** How a tool names migrations, where it differs from `<version>_<name>.sql`. */
export interface Naming {
  /** What comes before the version. @default '' */
  readonly prefix?: string;
  /** What always comes after the version. @default that of the newest migration, or `_` */
  readonly separator?: string;
  /** The suffixes that may follow the name; that of the newest migration is used, or the first. @default ['.sql'] */
  readonly suffixes?: readonly string[];
  /** True if timestamps look like `2024-01-31-120000`. @default false */
  readonly dashed?: boolean;
}

/** A layout in which every migration is one file with a name of its own. */
export interface FileLayout {
  /** File names of migrations. */
  readonly migrationFile: RegExp;
  /** The form of these names, for messages. */
  readonly form: string;
  readonly naming?: Naming;
  /** File names that the layout skips, besides undo migrations. */
  readonly ignoredFile?: RegExp;
  /** True when migrations may be in subfolders. @default false */
  readonly nested?: boolean;
  /** The markers around the part to run. @default the whole file runs */
  readonly sections?: SectionMarkers;
}

/** A layout in which every migration is a folder, named by version, with one file to run. */
export interface FolderLayout {
  /** The name of that file. Every other file is skipped. */
  readonly fileInFolder: string;
  readonly naming?: Naming;
}

/** The last segment of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
