import type { Dirent } from 'node:fs';
import path from 'node:path';
import type { FileProblem } from '../core/problems/file-problem.js';
import { folderLayoutProblem } from '../core/tools/layouts.js';
import { FILES_IN_FOLDERS } from '../core/tools/registry.js';
import type { Disk } from './disk.js';

/**
 * Why an entry that is named like a migration cannot be read as one. Links are followed only inside the directory: a
 * mounted Kubernetes config map consists of such links.
 *
 * @param directory the one that contains the entry, directly or in a subfolder.
 */
export async function kindProblem(directory: string, entry: Dirent, disk: Disk): Promise<FileProblem | undefined> {
  if (entry.isFile()) return undefined;
  const file = path.join(entry.parentPath, entry.name);
  try {
    if (entry.isSymbolicLink()) {
      const relative = path.relative(await disk.realpath(directory), await disk.realpath(file));
      // Config maps have folders like `..2024_01_31`: only a segment that is exactly `..` leads outside.
      if (relative.split(path.sep)[0] === '..' || path.isAbsolute(relative)) {
        return { reason: 'link-outside' };
      }
    }
    return (await disk.stat(file)).isFile() ? undefined : { reason: 'not-a-file' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { reason: 'broken-link' } : { reason: 'unreadable', value: code ?? '' };
  }
}

/** Why an unread folder is a mistake: without this check, a directory of another tool would look empty. */
export async function folderProblem(directory: string, name: string, disk: Disk): Promise<FileProblem | undefined> {
  if (name.startsWith('.')) return undefined;
  for (const inside of FILES_IN_FOLDERS)
    if (await exists(path.join(directory, name, inside), disk)) return folderLayoutProblem(`${name}/${inside}`);
  return undefined;
}

async function exists(file: string, disk: Disk): Promise<boolean> {
  try {
    await disk.stat(file);
    return true;
  } catch {
    return false;
  }
}
