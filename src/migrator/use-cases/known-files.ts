import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { ListedMigrations, MigrationSource } from '../../core/ports/ports.js';

/** Files that are read once, for any number of runs. */
export class KnownFiles implements MigrationSource {
  constructor(private readonly set: MigrationSet) {}

  list(): Promise<ListedMigrations> {
    const { set } = this;
    return Promise.resolve({ count: set.migrations.length + set.unusable.length, read: () => Promise.resolve(set) });
  }

  read(): Promise<MigrationSet> {
    return Promise.resolve(this.set);
  }

  refresh(): Promise<MigrationSet> {
    return this.read();
  }
}
