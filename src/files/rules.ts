import type { Dirent } from 'node:fs';
import path from 'node:path';
import { LAYOUTS, type FileRole, type Layout } from '../core/tools/layouts.js';

/** Which files of a directory are migrations, and how they are read. */
export interface DirectoryRules {
  readonly layout: Layout;
  /** Also read subfolders, whatever the layout. */
  readonly recursive: boolean;
  /** Paths, relative to the directory, that do not match are ignored. */
  readonly pattern: RegExp;
  /** The option that names the directory, for messages. @default directory */
  readonly option?: string | undefined;
}

/** Which files are read, unless the options say otherwise. */
export const DEFAULT_PATTERN = /\.sql$/i;

/** The rules of a directory without any options. */
export const PLAIN_RULES: DirectoryRules = { layout: LAYOUTS.plain, recursive: false, pattern: DEFAULT_PATTERN };

/** True if subfolders are read too. */
export function isNested({ recursive, layout }: DirectoryRules): boolean {
  return recursive || layout.nested;
}

const HIDDEN = /(?:^|\/)\./;

/** The role of the file at this path, which is relative to the directory. */
export function roleOf(file: string, { pattern, layout }: DirectoryRules): FileRole {
  return HIDDEN.test(file) || !pattern.test(file) ? 'ignored' : layout.role(file);
}

/** The path of an entry relative to the directory, with `/`, as on disk. */
export function relativePath({ parentPath, name }: Dirent, directory: string): string {
  if (parentPath === directory) return name;
  return path.relative(directory, path.join(parentPath, name)).split(path.sep).join('/');
}
