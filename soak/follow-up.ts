import { setTimeout as sleep } from 'node:timers/promises';
import { makeMigrator } from './built.js';

const LOCK_TIMEOUT_MS = 60_000;
const BOUND_MS = 90_000;

export interface FollowUp {
  readonly applied: readonly string[];
  readonly problems: readonly string[];
}

/** The run after a fault: connected directly, with time to wait for what the run before may have left. */
export async function followUp(connectionString: string, directory: string): Promise<FollowUp> {
  const migrator = makeMigrator({ connectionString, directory, timeouts: { migrationLock: LOCK_TIMEOUT_MS } });
  const timer = new AbortController();
  try {
    const run = await Promise.race([
      migrator.migrate(),
      sleep(BOUND_MS, undefined, { signal: timer.signal }).catch(() => undefined),
    ]);
    if (run) return { applied: run.applied, problems: [] };
    return { applied: [], problems: [`the run that follows had not ended after ${BOUND_MS} ms`] };
  } catch (error) {
    return { applied: [], problems: [`the run that follows failed: ${String(error)}`] };
  } finally {
    timer.abort();
    await migrator.close();
  }
}
