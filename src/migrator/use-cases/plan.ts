import type { Finding } from '../../core/errors/finding.js';
import { planRun } from '../../core/status/plan.js';
import type { MigratorParts } from '../run/parts.js';
import { compilePlan } from '../run/compile-tasks.js';

/** One migration that a run would execute. */
export interface PlannedMigration {
  readonly file: string;
  /** In one transaction with its history row, or step by step. */
  readonly mode: 'transactional' | 'non-transactional';
  /** Why it cannot run in a transaction; null when it can. */
  readonly reason: string | null;
}

/** What a run would do now. */
export interface PlanReport {
  readonly migrations: readonly PlannedMigration[];
  readonly warnings: readonly Finding[];
  /**
   * Why a run would be refused; `migrations` is then empty. What a pooler does not support is known only to a run.
   */
  readonly refusals: readonly Finding[];
}

export async function plan(parts: MigratorParts): Promise<PlanReport> {
  const { source, reader, database, policy } = parts;
  const made = planRun(await source.read(), await reader.read(), policy, database.target.name);
  const { tasks, refusals } = await compilePlan(made, parts);
  const migrations = tasks.map(({ program }) => ({
    file: program.migration.file,
    mode: program.kind,
    reason: program.kind === 'transactional' ? null : program.reason,
  }));
  return { migrations: refusals.length > 0 ? [] : migrations, warnings: made.warnings, refusals };
}
