import { RefusedError, type Refusal } from '../../core/errors/errors.js';
import { makePlan, type Plan, type PlanPolicy } from '../../core/status/plan.js';
import { joinStatuses } from '../../core/status/status.js';
import { compileAll } from '../run/compile-plan.js';
import type { Dependencies } from '../run/dependencies.js';

/** One migration that a run would execute. */
export interface PlannedMigration {
  readonly file: string;
  /** `transaction`: with its history row in one transaction. `steps`: it cannot, and runs step by step. */
  readonly mode: 'transaction' | 'steps';
  /** Why it runs in steps. */
  readonly reason: string | null;
}

/** What a run would do now, found without changing anything. */
export interface PlanReport {
  readonly migrations: readonly PlannedMigration[];
  readonly warnings: readonly string[];
  readonly refusals: readonly Refusal[];
}

export async function plan(dependencies: Dependencies, policy: PlanPolicy): Promise<PlanReport> {
  const files = await dependencies.source.read();
  const made: Plan = makePlan(joinStatuses(files, await dependencies.reader.read()), policy);
  try {
    const programs = await compileAll(made.toRun, files, dependencies, made.refusals);
    const migrations = programs.map((program) => ({
      file: program.migration.file,
      mode: program.kind === 'stepwise' ? ('steps' as const) : ('transaction' as const),
      reason: program.kind === 'stepwise' ? program.reason : null,
    }));
    return { migrations, warnings: made.warnings, refusals: [] };
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return { migrations: [], warnings: made.warnings, refusals: error.refusals };
  }
}
