import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { ListedMigrations } from '../../core/ports/ports.js';

/** The files of a run. They are read once, while it connects. */
export class RunFiles {
  private reading: Promise<MigrationSet> | undefined;

  constructor(private readonly listed: ListedMigrations) {}

  /** The number of entries in the directory. */
  get count(): number {
    return this.listed.count;
  }

  /** Ignores the error here: `set()` rejects with it for its callers, unless connecting fails first. */
  startReading(): void {
    this.set().catch(() => {});
  }

  set(): Promise<MigrationSet> {
    return (this.reading ??= this.listed.read());
  }
}
