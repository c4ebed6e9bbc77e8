import type { Dirent } from 'node:fs';
import path from 'node:path';
import type { UnusableFile } from '../core/migration/migration-set.js';
import { Migration } from '../core/migration/migration.js';
import type { FileProblem } from '../core/problems/file-problem.js';
import { decodeText, readTextSync } from './decode.js';
import type { Disk } from './disk.js';
import { folderProblem, kindProblem } from './entries.js';
import { isNested, relativePath, roleOf, type DirectoryRules } from './rules.js';

/** What an entry of a directory turned out to be; undefined for one that is ignored. */
export type Found = Migration | UnusableFile | undefined;

/** Classifies the entries of one directory and reads migrations. */
export class Examiner {
  readonly nested: boolean;

  constructor(
    /** The absolute path of the directory. */
    readonly location: string,
    readonly rules: DirectoryRules,
  ) {
    this.nested = isNested(rules);
  }

  /** The absolute path of an entry. */
  placeOf(entry: Dirent): string {
    return `${this.location}${path.sep}${relativePath(entry, this.location)}`;
  }

  /** Reads a regular file as fast as possible. */
  readRegular(entry: Dirent): Found {
    const file = this.nameOf(entry);
    const role = roleOf(file, this.rules);
    if (role === 'ignored') return undefined;
    if (role !== 'migration') return { file, problem: role.problem };
    try {
      return migrationOf(file, readTextSync(this.placeOf(entry)));
    } catch (error) {
      return { file, problem: readProblem(error) };
    }
  }

  /** Examines an entry of any kind, and reads it if it is a migration. */
  async examine(entry: Dirent, disk: Disk): Promise<Found> {
    const file = this.nameOf(entry);
    if (entry.isDirectory()) return this.examineFolder(entry, file, disk);
    const role = roleOf(file, this.rules);
    if (role === 'ignored') return undefined;
    const problem = role === 'migration' ? await kindProblem(this.location, entry, disk) : role.problem;
    if (problem !== undefined) return { file, problem };
    try {
      return migrationOf(file, decodeText(await disk.readFile(this.placeOf(entry))));
    } catch (error) {
      return { file, problem: readProblem(error) };
    }
  }

  /** True for an entry that {@link examine} ignores regardless of its contents. */
  ignores(entry: Dirent): boolean {
    return entry.isDirectory() ? this.nested : roleOf(this.nameOf(entry), this.rules) === 'ignored';
  }

  private async examineFolder(entry: Dirent, name: string, disk: Disk): Promise<Found> {
    const problem = this.nested ? undefined : await folderProblem(this.location, entry.name, disk);
    return problem === undefined ? undefined : { file: `${name}/`, problem };
  }

  /** Some file systems decompose Unicode names, and the history must not depend on that. */
  private nameOf(entry: Dirent): string {
    return relativePath(entry, this.location).normalize('NFC');
  }
}

function migrationOf(file: string, text: string | { readonly problem: FileProblem }): Migration | UnusableFile {
  return typeof text === 'string' ? new Migration(file, text) : { file, problem: text.problem };
}

function readProblem(error: unknown): FileProblem {
  return { reason: 'unreadable', value: (error as NodeJS.ErrnoException).code ?? '' };
}
