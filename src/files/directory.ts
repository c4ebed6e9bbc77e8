import { existsSync, readdirSync, readFileSync, realpathSync, statSync, type Dirent } from 'node:fs';
import path from 'node:path';
import { checksum } from '../core/migration/checksum.js';
import { DirectoryError } from '../core/errors/errors.js';
import { FOLDER_LAYOUTS, folderLayoutProblem } from '../core/tools/file-names.js';
import { LAYOUTS, type FileRole, type Layout } from '../core/tools/layouts.js';
import type { MigrationFile } from '../core/migration/migration-file.js';
import type { MigrationSource } from '../core/ports/ports.js';
import { inMigrationOrder } from '../core/migration/version.js';
import { decodeText } from './decode.js';

export interface DirectoryRules {
  readonly layout: Layout;
  /** Also the files of subfolders, whatever the layout. */
  readonly recursive: boolean;
  /** Which paths, relative to the directory, are looked at at all. */
  readonly pattern: RegExp;
}

export const DEFAULT_PATTERN = /\.sql$/i;

const PLAIN_RULES: DirectoryRules = { layout: LAYOUTS.plain, recursive: false, pattern: DEFAULT_PATTERN };

/** Reads the migrations of one directory. Names that begin with a dot are left alone. */
export class MigrationDirectory implements MigrationSource {
  readonly location: string;

  /** @param directory absolute, or relative to the working directory. */
  constructor(
    directory: string,
    private readonly rules: DirectoryRules = PLAIN_RULES,
  ) {
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
      const onDisk = this.nameOf(entry);
      const name = onDisk.normalize('NFC'); // some systems decompose names, and the history must not depend on that
      if (entry.isDirectory()) {
        const problem = this.folderProblem(onDisk);
        if (problem !== undefined) problems.push(`${name}/: ${problem}`);
        continue;
      }
      const role = this.roleOf(name);
      if (role === 'ignored') continue;
      const problem = role === 'migration' ? kindProblem(root, entry) : role.problem;
      const text = problem === undefined ? this.readText(onDisk) : { problem };
      if (typeof text === 'string') files.push({ file: name, text, checksum: checksum(text) });
      else problems.push(`${name}: ${text.problem}`);
    }
    problems.push(
      ...twins(files).map((name) => `${name}: two files have this name, once composed and once decomposed`),
    );
    if (problems.length > 0) throw new DirectoryError(this.location, problems);
    return inMigrationOrder(files);
  }

  private nameOf({ parentPath, name }: Dirent): string {
    if (!this.nested) return name;
    return path.relative(this.location, path.join(parentPath, name)).split(path.sep).join('/');
  }

  private get nested(): boolean {
    return this.rules.recursive || this.rules.layout.nested;
  }

  private list(): Dirent[] {
    try {
      return readdirSync(this.location, { withFileTypes: true, recursive: this.nested });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new DirectoryError(this.location, [DIRECTORY_PROBLEMS[code ?? ''] ?? `reading it failed with ${code}`]);
    }
  }

  private roleOf(name: string): FileRole {
    const hidden = name.split('/').some((segment) => segment.startsWith('.'));
    return hidden || !this.rules.pattern.test(name) ? 'ignored' : this.rules.layout.role(name);
  }

  /** A directory of another tool's would look empty. */
  private folderProblem(name: string): string | undefined {
    if (this.nested || name.startsWith('.')) return undefined;
    const inside = Object.keys(FOLDER_LAYOUTS).find((wanted) => existsSync(path.join(this.location, name, wanted)));
    return inside && folderLayoutProblem(`${name}/${inside}`);
  }

  private readText(name: string): string | { problem: string } {
    try {
      return decodeText(readFileSync(path.join(this.location, name)));
    } catch (error) {
      return { problem: `reading it failed with ${(error as NodeJS.ErrnoException).code}` };
    }
  }
}

/** Names that differ on disk and not in the history. */
function twins(files: readonly MigrationFile[]): string[] {
  const seen = new Set<string>();
  return files.flatMap(({ file }) => (seen.has(file) ? [file] : (seen.add(file), [])));
}

const DIRECTORY_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT:
    'it does not exist. Create it, or point the option "directory" at the right one (a relative path starts at the working directory)',
  ENOTDIR: 'it is a file, not a directory',
  EACCES: 'this user may not read it',
};

/** Links are followed only inside the directory: mounted configuration is made of such links. */
function kindProblem(root: string, entry: Dirent): string | undefined {
  if (entry.isFile()) return undefined;
  const file = path.join(entry.parentPath, entry.name);
  try {
    if (entry.isSymbolicLink()) {
      const relative = path.relative(root, realpathSync(file));
      // A config map's folders are named like `..2024_01_31`: only a whole `..` leads out.
      if (relative.split(path.sep)[0] === '..' || path.isAbsolute(relative)) {
        return 'it is a link that leads out of the migrations directory. Put the file itself here';
      }
    }
    return statSync(file).isFile() ? undefined : 'it is not a regular file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'it is a link that leads nowhere' : `it cannot be read (${code})`;
  }
}
