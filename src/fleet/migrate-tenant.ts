import type { Migrator } from '../migrator/migrator.js';
import type { MigrationRun } from '../migrator/run/run-report.js';

/** Migrates one tenant, or applies the shared files. Returns once the session is free for the next one. @throws what `migrate` throws */
export async function migrateTenant(migrator: Migrator, signal: AbortSignal): Promise<MigrationRun> {
  try {
    return await migrator.migrate({ signal });
  } finally {
    await migrator.recorded();
  }
}
