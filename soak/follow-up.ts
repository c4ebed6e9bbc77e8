import { setTimeout as sleep } from 'node:timers/promises';
import { makeMigrator } from './built.js';

const LOCK_PATIENCE_MS = 60_000;
const BOUND_MS = 90_000;

export interface FollowUp {
  readonly applied: readonly string[];
  readonly problems: readonly string[];
}

/** The run that comes after a fault: connected directly, and patient with what the run before may have left. */
export async function followUp(connectionString: string, directory: string): Promise<FollowUp> {
  const migrator = makeMigrator({ connectionString, directory, timeouts: { migrationLock: LOCK_PATIENCE_MS } });
  const timer = new AbortController();
  try {
    const run = await Promise.race([
      migrator.migrate(),
      sleep(BOUND_MS, undefined, { signal: timer.signal }).catch(() => undefined),
    ]);
    if (run) return { applied: run.applied, problems: [] };
    return { applied: [], problems: [`the run that follows was not through after ${BOUND_MS} ms`] };
  } catch (error) {
    return { applied: [], problems: [`the run that follows failed: ${String(error)}`] };
  } finally {
    timer.abort();
    await migrator.close();
  }
}
