import type { Dirent } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MigrationSet } from '../core/migration/migration-set.js';
import type { ListedMigrations, MigrationSource } from '../core/ports/ports.js';
import { BLOCKING, NON_BLOCKING } from './disk.js';
import { Examiner, type Found } from './examine.js';
import { KnownDirectory } from './known-directory.js';
import { directoryError, setOf } from './results.js';
import { PLAIN_RULES, type DirectoryRules } from './rules.js';

/** How long reading may block the event loop, in ms. */
const SLICE_MS = 4;

/** Reads the migrations of one directory. Names that begin with a dot are ignored. */
export class MigrationDirectory implements MigrationSource {
  private readonly examiner: Examiner;
  private readonly known: KnownDirectory;

  /** @param directory absolute, or relative to the working directory. */
  constructor(directory: string, rules: DirectoryRules = PLAIN_RULES) {
    this.examiner = new Examiner(path.resolve(directory), rules);
    this.known = new KnownDirectory(this.examiner, NON_BLOCKING);
  }

  async list(): Promise<ListedMigrations> {
    const entries = await this.listEntries();
    return { count: entries.length, read: () => this.readAll(entries) };
  }

  async read(): Promise<MigrationSet> {
    return this.readAll(await this.listEntries());
  }

  refresh(): Promise<MigrationSet> {
    return this.known.refresh();
  }

  /** Synchronous calls are fastest for many small files. Between slices, the process can do other work. */
  private async readAll(entries: readonly Dirent[]): Promise<MigrationSet> {
    const { examiner } = this;
    const found: Found[] = [];
    let sliceBegan = performance.now();
    for (const entry of entries) {
      found.push(entry.isFile() ? examiner.readRegular(entry) : await examiner.examine(entry, BLOCKING));
      if (performance.now() - sliceBegan < SLICE_MS) continue;
      await nextTurn();
      sliceBegan = performance.now();
    }
    return setOf(examiner.location, found);
  }

  private async listEntries(): Promise<readonly Dirent[]> {
    const { location, nested } = this.examiner;
    try {
      return await BLOCKING.readdir(location, nested);
    } catch (error) {
      throw directoryError(this.examiner, error);
    }
  }
}
