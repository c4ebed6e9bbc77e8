import { readdirSync, readFileSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { DirectoryError } from '../core/errors/input-errors.js';
import { folderLayoutProblem, LAYOUTS, type FileRole, type Layout } from '../core/tools/layouts.js';
import { FILES_IN_FOLDERS } from '../core/tools/registry.js';
import { MigrationSet, type UnusableFile } from '../core/migration/migration-set.js';
import { Migration } from '../core/migration/migration.js';
import type { MigrationSource } from '../core/ports/ports.js';
import { decodeText } from './decode.js';

/** Which files of a directory are migrations, and how they are read. */
export interface DirectoryRules {
  readonly layout: Layout;
  /** Also read subfolders, whatever the layout. */
  readonly recursive: boolean;
  /** Paths, relative to the directory, that do not match are ignored. */
  readonly pattern: RegExp;
}

export const DEFAULT_PATTERN = /\.sql$/i;

const PLAIN_RULES: DirectoryRules = { layout: LAYOUTS.plain, recursive: false, pattern: DEFAULT_PATTERN };

/** Reads the migrations of one directory. Names that begin with a dot are ignored. */
export class MigrationDirectory implements MigrationSource {
  private readonly location: string;
  private readonly known = new Map<string, { readonly version: string; readonly migration: Migration }>();

  /** @param directory absolute, or relative to the working directory. */
  constructor(
    directory: string,
    private readonly rules: DirectoryRules = PLAIN_RULES,
  ) {
    this.location = path.resolve(directory);
  }

  /** Reads synchronously, which is faster for many small files. @throws DirectoryError */
  read(): Promise<MigrationSet> {
    return this.collect(BLOCKING);
  }

  /** Reads only files whose size or times have changed: for a process that serves requests. @throws DirectoryError */
  refresh(): Promise<MigrationSet> {
    return this.collect(NON_BLOCKING);
  }

  private async collect(disk: Disk): Promise<MigrationSet> {
    const { root, entries } = await this.list(disk);
    const unusable: UnusableFile[] = [];
    const migrations: Migration[] = [];
    const seen = new Set<string>();
    for (let i = 0; i < entries.length; i += MAX_OPEN_FILES) {
      const batch = entries.slice(i, i + MAX_OPEN_FILES).map((entry) => this.examine(entry, root, disk));
      for (const found of await Promise.all(batch)) {
        if (found === undefined) continue;
        const { file } = found;
        if (!(found instanceof Migration)) unusable.push(found);
        else if (seen.has(file)) unusable.push({ file, problem: DUPLICATE_NAME });
        else migrations.push(found);
        seen.add(file);
      }
    }
    return new MigrationSet(this.location, migrations, unusable);
  }

  private async examine(entry: Dirent, root: string, disk: Disk): Promise<Migration | UnusableFile | undefined> {
    const onDisk = this.nameOf(entry);
    const file = onDisk.normalize('NFC'); // some systems decompose names, and the history must not depend on that
    if (entry.isDirectory()) {
      const problem = await this.folderProblem(onDisk, disk);
      return problem === undefined ? undefined : { file: `${file}/`, problem };
    }
    const role = this.roleOf(file);
    if (role === 'ignored') return undefined;
    const problem = role === 'migration' ? await kindProblem(root, entry, disk) : role.problem;
    return problem === undefined ? this.load(path.join(this.location, onDisk), file, disk) : { file, problem };
  }

  /** Returns the known migration if the file's size and times are unchanged. Reads the file otherwise. */
  private async load(place: string, file: string, disk: Disk): Promise<Migration | UnusableFile> {
    try {
      const stats = disk.reusesKnown ? await disk.stat(place) : undefined;
      const version = stats && [stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(' ');
      const known = this.known.get(file);
      if (known && known.version === version) return known.migration;
      const text = decodeText(await disk.readFile(place));
      if (typeof text !== 'string') return { file, problem: text.problem };
      const migration = new Migration(file, text);
      if (version !== undefined) this.known.set(file, { version, migration });
      return migration;
    } catch (error) {
      return { file, problem: `reading it failed with ${(error as NodeJS.ErrnoException).code}` };
    }
  }

  private nameOf({ parentPath, name }: Dirent): string {
    if (!this.nested) return name;
    return path.relative(this.location, path.join(parentPath, name)).split(path.sep).join('/');
  }

  private get nested(): boolean {
    return this.rules.recursive || this.rules.layout.nested;
  }

  private async list(disk: Disk): Promise<{ root: string; entries: Dirent[] }> {
    try {
      const entries = await disk.readdir(this.location, { withFileTypes: true, recursive: this.nested });
      return { entries, root: await disk.realpath(this.location) };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new DirectoryError(this.location, [DIRECTORY_PROBLEMS[code ?? ''] ?? `reading it failed with ${code}`]);
    }
  }

  private roleOf(name: string): FileRole {
    const hidden = name.split('/').some((segment) => segment.startsWith('.'));
    return hidden || !this.rules.pattern.test(name) ? 'ignored' : this.rules.layout.role(name);
  }

  /** Without this check, a directory of another tool would look empty. */
  private async folderProblem(name: string, disk: Disk): Promise<string | undefined> {
    if (this.nested || name.startsWith('.')) return undefined;
    for (const inside of FILES_IN_FOLDERS)
      if (await exists(path.join(this.location, name, inside), disk)) return folderLayoutProblem(`${name}/${inside}`);
    return undefined;
  }
}

/** The functions that read a directory, for both ways of reading it. */
interface Disk {
  readonly readdir: (
    directory: string,
    options: { withFileTypes: true; recursive: boolean },
  ) => Dirent[] | Promise<Dirent[]>;
  readonly realpath: (file: string) => string | Promise<string>;
  readonly stat: (file: string) => Stats | Promise<Stats>;
  readonly readFile: (file: string) => Buffer | Promise<Buffer>;
  /** Files that have not changed are not read again. */
  readonly reusesKnown: boolean;
}

const BLOCKING: Disk = {
  readdir: readdirSync,
  realpath: realpathSync,
  stat: statSync,
  readFile: readFileSync,
  reusesKnown: false,
};
const NON_BLOCKING: Disk = { readdir, realpath, stat, readFile, reusesKnown: true };

/** A process may not open thousands of files at once. */
const MAX_OPEN_FILES = 64;

const DUPLICATE_NAME = 'two files have this name, in different Unicode normalization forms';

const DIRECTORY_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT:
    'it does not exist. Create it, or point the option "directory" at the right one (a relative path starts at the working directory)',
  ENOTDIR: 'it is a file, not a directory',
  EACCES: 'this user may not read it',
};

/** Links are followed only inside the directory: a mounted Kubernetes config map consists of such links. */
async function kindProblem(root: string, entry: Dirent, disk: Disk): Promise<string | undefined> {
  if (entry.isFile()) return undefined;
  const file = path.join(entry.parentPath, entry.name);
  try {
    if (entry.isSymbolicLink()) {
      const relative = path.relative(root, await disk.realpath(file));
      // Config maps have folders like `..2024_01_31`: only a segment that is exactly `..` leads out.
      if (relative.split(path.sep)[0] === '..' || path.isAbsolute(relative)) {
        return 'it is a symbolic link to a file outside the migrations directory. Put the file itself here';
      }
    }
    return (await disk.stat(file)).isFile() ? undefined : 'it is not a regular file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'it is a broken symbolic link' : `it cannot be read (${code})`;
  }
}

async function exists(file: string, disk: Disk): Promise<boolean> {
  try {
    await disk.stat(file);
    return true;
  } catch {
    return false;
  }
}
