import { UnknownMigrationError } from '../core/errors/input-errors.js';
import { MigrationSet } from '../core/migration/migration-set.js';
import type { MigrationSource } from '../core/ports/ports.js';

/** The migrations of a source up to and including a file. @throws UnknownMigrationError when it has no such file */
export function upTo(source: MigrationSource, file: string): MigrationSource {
  const limit = ({ location, migrations, unusable }: MigrationSet): MigrationSet => {
    const last = migrations.findIndex((migration) => migration.file === file);
    if (last < 0) throw new UnknownMigrationError(`There is no migration ${file} in ${location}.`);
    return new MigrationSet(location, migrations.slice(0, last + 1), unusable);
  };
  return {
    read: async () => limit(await source.read()),
    refresh: async () => limit(await source.refresh()),
    list: async () => {
      const listed = await source.list();
      return { count: listed.count, read: async () => limit(await listed.read()) };
    },
  };
}
