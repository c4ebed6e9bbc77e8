import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { ListedMigrations } from '../../core/ports/ports.js';
import { startingBy } from '../../core/status/checkpoints.js';
import type { RunLimit } from '../../core/status/run-limit.js';

/** The files of a run. They are read once, while it connects. */
export class RunFiles {
  private reading: Promise<MigrationSet> | undefined;

  /** @param limit how far the run may go: a checkpoint beyond that is left out. @default to the end */
  constructor(
    private readonly listed: ListedMigrations,
    private readonly limit: RunLimit = {},
  ) {}

  /** The number of entries in the directory. */
  get count(): number {
    return this.listed.count;
  }

  /** Ignores the error here: `set()` rejects with it for its callers, unless connecting fails first. */
  startReading(): void {
    this.set().catch(() => {});
  }

  set(): Promise<MigrationSet> {
    return (this.reading ??= this.listed.read().then((set) => startingBy(set, this.limit.to)));
  }
}
