import { readdirSync, readFileSync, realpathSync, statSync, type Dirent } from 'node:fs';
import path from 'node:path';
import { checksum } from '../core/checksum.js';
import { DirectoryError } from '../core/errors.js';
import { nameProblem } from '../core/file-names.js';
import type { MigrationFile } from '../core/migration-file.js';
import type { MigrationSource } from '../core/ports.js';
import { inMigrationOrder } from '../core/version.js';
import { decodeText } from './decode.js';

/** Reads the `.sql` files of one directory. Subdirectories and names that begin with a dot are left alone. */
export class MigrationDirectory implements MigrationSource {
  readonly location: string;

  /** @param directory absolute, or relative to the working directory. */
  constructor(directory: string) {
    this.location = path.resolve(directory);
  }

  /**
   * Small files read faster one after the other than as thousands of promises.
   *
   * @throws DirectoryError listing every file that cannot be used.
   */
  async read(): Promise<readonly MigrationFile[]> {
    const entries = this.list();
    const root = realpathSync(this.location);
    const problems: string[] = [];
    const files: MigrationFile[] = [];
    for (const entry of entries) {
      const problem = nameProblem(entry.name) ?? kindProblem(root, this.location, entry);
      const text = problem === undefined ? this.readText(entry.name) : { problem };
      if (typeof text === 'string') files.push({ file: entry.name.normalize('NFC'), text, checksum: checksum(text) });
      else problems.push(`${entry.name}: ${text.problem}`);
    }
    if (problems.length > 0) throw new DirectoryError(this.location, problems);
    return inMigrationOrder(files);
  }

  private list(): Dirent[] {
    try {
      return readdirSync(this.location, { withFileTypes: true }).filter(
        (entry) => /\.sql$/i.test(entry.name) && !entry.name.startsWith('.') && !entry.isDirectory(),
      );
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new DirectoryError(this.location, [DIRECTORY_PROBLEMS[code ?? ''] ?? `reading it failed with ${code}`]);
    }
  }

  private readText(name: string): string | { problem: string } {
    try {
      return decodeText(readFileSync(path.join(this.location, name)));
    } catch (error) {
      return { problem: `reading it failed with ${(error as NodeJS.ErrnoException).code}` };
    }
  }
}

const DIRECTORY_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT:
    'it does not exist. Create it, or point the option "directory" at the right one (a relative path starts at the working directory)',
  ENOTDIR: 'it is a file, not a directory',
  EACCES: 'this user may not read it',
};

/** Links are followed only inside the directory: mounted configuration is made of such links. */
function kindProblem(root: string, directory: string, entry: Dirent): string | undefined {
  if (entry.isFile()) return undefined;
  const file = path.join(directory, entry.name);
  try {
    if (entry.isSymbolicLink()) {
      const relative = path.relative(root, realpathSync(file));
      if (relative.startsWith('..') || path.isAbsolute(relative)) {
        return 'it is a link that leads out of the migrations directory. Put the file itself here';
      }
    }
    return statSync(file).isFile() ? undefined : 'it is not a regular file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'it is a link that leads nowhere' : `it cannot be read (${code})`;
  }
}
