import type { Finding } from '../../../core/errors/finding.js';
import type { TargetSession } from '../../../core/ports/ports.js';
import type { RehearsedMigration } from '../../../core/ports/rehearsal.js';
import { planRun } from '../../../core/status/plan.js';
import { takeLock } from '../../run/acquire-lock.js';
import { compilePlan } from '../../run/compile-tasks.js';
import type { MigratorParts } from '../../run/parts.js';
import { withInterruptibleSession } from '../../run/with-session.js';

/** What a rehearsal showed. */
export interface RehearsalReport {
  /** The pending migrations, in order. Empty if a run would be refused. */
  readonly migrations: readonly RehearsedMigration[];
  readonly warnings: readonly Finding[];
  /** Why a run would be refused. */
  readonly refusals: readonly Finding[];
}

/** Runs the pending migrations in a transaction that is rolled back, under the migration lock. */
export async function rehearse(parts: MigratorParts, signal: AbortSignal | undefined): Promise<RehearsalReport> {
  const { source, database, policy } = parts;
  const set = await source.read();
  const work = async ({ history, lock, executor }: TargetSession): Promise<RehearsalReport> => {
    await takeLock(lock, parts, signal);
    const made = planRun(set, await history.read(), policy, database.target.name);
    const { tasks, refusals: found } = await compilePlan(made, parts);
    const refusals = [...found, ...(await executor.refusals(tasks))];
    const isRefused = refusals.length > 0 || tasks.length === 0;
    return { migrations: isRefused ? [] : await executor.rehearse(tasks, signal), warnings: made.warnings, refusals };
  };
  return withInterruptibleSession(database, work, signal);
}
