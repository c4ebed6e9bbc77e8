import type { Migrator } from '../migrator/migrator.js';
import type { MigrationRun } from '../migrator/run/run-report.js';

/** Migrates one tenant. Returns once its session is free for the next one. @throws what `migrate` throws */
export async function migrateTenant(migrator: Migrator, signal: AbortSignal): Promise<MigrationRun> {
  try {
    return await migrator.migrate({ signal });
  } finally {
    await migrator.recorded();
  }
}
