import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MigrationSet } from '../../src/core/migration/migration-set.js';
import { NON_BLOCKING, type Disk } from '../../src/files/disk.js';
import { Examiner } from '../../src/files/examine.js';
import { KnownDirectory } from '../../src/files/known-directory.js';
import { PLAIN_RULES } from '../../src/files/rules.js';
import { TIME_STEP_MS } from '../../src/files/sighting.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';

export const texts = ({ migrations }: MigrationSet): string[] => migrations.map(({ text }) => text);

interface Options {
  readonly recursive?: boolean;
  /** How far the clock of the file system is ahead of ours. */
  readonly skewMs?: number;
  /** A file system on which all that a test does happens within one step of time. */
  readonly isCoarse?: boolean;
}

/** A directory that is watched by clocks of its own, and what that costs. */
export class Watched {
  readonly counts = { stat: 0, readFile: 0, readdir: 0 };
  private readonly known: KnownDirectory;
  private passedMs = 0;
  private readonly beganNs = BigInt(Date.now()) * 1_000_000n;

  constructor(
    readonly directory: string,
    private readonly options: Options = {},
  ) {
    const disk: Disk = {
      ...NON_BLOCKING,
      stat: async (file) => (this.counts.stat++, this.asSeen(await NON_BLOCKING.stat(file))),
      readFile: (file) => (this.counts.readFile++, NON_BLOCKING.readFile(file)),
      readdir: (folder, nested) => (this.counts.readdir++, NON_BLOCKING.readdir(folder, nested)),
    };
    const examiner = new Examiner(directory, { ...PLAIN_RULES, recursive: options.recursive ?? false });
    this.known = new KnownDirectory(examiner, disk, () => ({
      steadyMs: this.passedMs,
      wallMs: Date.now() + this.passedMs,
    }));
  }

  static async with(files: Record<string, string>, options?: Options): Promise<Watched> {
    return new Watched(await migrationsDirectory(files), options);
  }

  /** One whose files and folders were all seen for long. */
  static async settled(files: Record<string, string>, options?: Options): Promise<Watched> {
    const watched = await Watched.with(files, options);
    await watched.refresh();
    for (let i = 0; i <= Object.keys(files).length / 5; i++) {
      watched.wait(TIME_STEP_MS + 1);
      await watched.refresh();
    }
    watched.reset();
    return watched;
  }

  refresh(): Promise<MigrationSet> {
    return this.known.refresh();
  }

  /** Lets time pass for whoever watches, and not for the files. */
  wait(ms: number): void {
    this.passedMs += ms;
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(this.path(name), text);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  reset(): void {
    Object.assign(this.counts, { stat: 0, readFile: 0, readdir: 0 });
  }

  private asSeen(stats: Stats): Stats {
    const { skewMs = 0, isCoarse = false } = this.options;
    const seen = (ns: bigint): bigint => (isCoarse ? this.beganNs : ns) + BigInt(skewMs) * 1_000_000n;
    const [mtimeNs, ctimeNs] = [seen(stats.mtimeNs), seen(stats.ctimeNs)];
    const times = { mtimeNs, ctimeNs, mtimeMs: mtimeNs / 1_000_000n, ctimeMs: ctimeNs / 1_000_000n };
    return Object.assign(Object.create(Object.getPrototypeOf(stats)), stats, times);
  }
}

type Stats = Awaited<ReturnType<Disk['stat']>>;

export const COARSE = { isCoarse: true };
