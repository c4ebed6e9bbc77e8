import { createMigrator, type Migrations } from '../composition/create-migrator.js';
import type { ResolvedOptions } from '../composition/options.js';
import type { MigrationRun } from '../migrator/run/run-report.js';

/** Applies the pending migrations with a migrator of its own. @throws what `Migrator.migrate()` throws */
export async function migrateOnce(options: ResolvedOptions, migrations?: Migrations): Promise<MigrationRun> {
  const migrator = createMigrator(options, () => {}, migrations);
  try {
    return await migrator.migrate();
  } finally {
    await migrator.close();
  }
}
