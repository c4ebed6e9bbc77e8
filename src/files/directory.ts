import type { Dirent } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DirectoryError } from '../core/errors/input-errors.js';
import { MigrationSet, type UnusableFile } from '../core/migration/migration-set.js';
import { Migration } from '../core/migration/migration.js';
import type { ListedMigrations, MigrationSource } from '../core/ports/ports.js';
import { decodeText, readTextSync } from './decode.js';
import { BLOCKING, NON_BLOCKING, type Disk } from './disk.js';
import { folderProblem, kindProblem } from './entries.js';
import { isNested, PLAIN_RULES, relativePath, roleOf, type DirectoryRules } from './rules.js';

type Found = Migration | UnusableFile | undefined;

/** Reads the migrations of one directory. Names that begin with a dot are ignored. */
export class MigrationDirectory implements MigrationSource {
  private readonly location: string;
  private readonly nested: boolean;
  private readonly known = new Map<string, { readonly version: string; readonly migration: Migration }>();

  /** @param directory absolute, or relative to the working directory. */
  constructor(
    directory: string,
    private readonly rules: DirectoryRules = PLAIN_RULES,
  ) {
    this.location = path.resolve(directory);
    this.nested = isNested(rules);
  }

  async list(): Promise<ListedMigrations> {
    const entries = await this.listEntries(BLOCKING);
    return { count: entries.length, read: () => this.readListed(entries) };
  }

  async read(): Promise<MigrationSet> {
    return this.readListed(await this.listEntries(BLOCKING));
  }

  /** Reads only files whose size or times have changed: for a process that serves requests. @throws DirectoryError */
  async refresh(): Promise<MigrationSet> {
    const entries = await this.listEntries(NON_BLOCKING);
    const found: Found[] = [];
    for (let i = 0; i < entries.length; i += MAX_OPEN_FILES) {
      const batch = entries.slice(i, i + MAX_OPEN_FILES).map((entry) => this.examine(entry, NON_BLOCKING));
      found.push(...(await Promise.all(batch)));
    }
    return this.setOf(found);
  }

  /** Synchronous calls are the fastest for many small files. Between slices, the process can do other work. */
  private async readListed(entries: readonly Dirent[]): Promise<MigrationSet> {
    const found: Found[] = [];
    let sliceBegan = performance.now();
    for (const entry of entries) {
      found.push(entry.isFile() ? this.readRegular(entry) : await this.examine(entry, BLOCKING));
      if (performance.now() - sliceBegan < SLICE_MS) continue;
      await nextTurn();
      sliceBegan = performance.now();
    }
    return this.setOf(found);
  }

  private setOf(found: readonly Found[]): MigrationSet {
    const unusable: UnusableFile[] = [];
    const migrations: Migration[] = [];
    const seen = new Set<string>();
    for (const each of found) {
      if (each === undefined) continue;
      const { file } = each;
      if (!(each instanceof Migration)) unusable.push(each);
      else if (seen.has(file)) unusable.push({ file, problem: DUPLICATE_NAME });
      else migrations.push(each);
      seen.add(file);
    }
    return new MigrationSet(this.location, migrations, unusable);
  }

  private readRegular(entry: Dirent): Found {
    const onDisk = relativePath(entry, this.location);
    const file = composed(onDisk);
    const role = roleOf(file, this.rules);
    if (role === 'ignored') return undefined;
    if (role !== 'migration') return { file, problem: role.problem };
    try {
      return migrationOf(file, readTextSync(this.placeOf(onDisk)));
    } catch (error) {
      return { file, problem: readProblem(error) };
    }
  }

  private async examine(entry: Dirent, disk: Disk): Promise<Found> {
    const onDisk = relativePath(entry, this.location);
    const file = composed(onDisk);
    if (entry.isDirectory()) {
      const problem = this.nested ? undefined : await folderProblem(this.location, onDisk, disk);
      return problem === undefined ? undefined : { file: `${file}/`, problem };
    }
    const role = roleOf(file, this.rules);
    if (role === 'ignored') return undefined;
    const problem = role === 'migration' ? await kindProblem(this.location, entry, disk) : role.problem;
    return problem === undefined ? this.load(this.placeOf(onDisk), file, disk) : { file, problem };
  }

  /** Returns the known migration if the file's size and times are unchanged. Reads the file otherwise. */
  private async load(place: string, file: string, disk: Disk): Promise<Migration | UnusableFile> {
    try {
      const stats = disk.reusesKnown ? await disk.stat(place) : undefined;
      const version = stats && [stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(' ');
      const known = this.known.get(file);
      if (known && known.version === version) return known.migration;
      const migration = migrationOf(file, decodeText(await disk.readFile(place)));
      if (version !== undefined && migration instanceof Migration) this.known.set(file, { version, migration });
      return migration;
    } catch (error) {
      return { file, problem: readProblem(error) };
    }
  }

  private placeOf(onDisk: string): string {
    return `${this.location}${path.sep}${onDisk}`;
  }

  private async listEntries(disk: Disk): Promise<readonly Dirent[]> {
    try {
      return await disk.readdir(this.location, { withFileTypes: true, recursive: this.nested });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new DirectoryError(this.location, [DIRECTORY_PROBLEMS[code ?? ''] ?? `reading it failed with ${code}`]);
    }
  }
}

/** A process may not open thousands of files at once. */
const MAX_OPEN_FILES = 64;
/** For how long reading may keep the process from doing anything else, in ms. */
const SLICE_MS = 4;

const DUPLICATE_NAME = 'two files have this name, in different Unicode normalization forms';

const DIRECTORY_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT:
    'it does not exist. Create it, or point the option "directory" at the right one (a relative path starts at the working directory)',
  ENOTDIR: 'it is a file, not a directory',
  EACCES: 'this user may not read it',
};

/** Some systems decompose names, and the history must not depend on that. */
function composed(name: string): string {
  return name.normalize('NFC');
}

function migrationOf(file: string, text: string | { readonly problem: string }): Migration | UnusableFile {
  return typeof text === 'string' ? new Migration(file, text) : { file, problem: text.problem };
}

function readProblem(error: unknown): string {
  return `reading it failed with ${(error as NodeJS.ErrnoException).code}`;
}
