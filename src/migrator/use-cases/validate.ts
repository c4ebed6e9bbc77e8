import { NotUpToDateError, RefusedError } from '../../core/errors/errors.js';
import { makePlan, type PlanPolicy } from '../../core/status/plan.js';
import type { Dependencies } from '../run/dependencies.js';
import { readStatuses } from './status.js';

/**
 * Checks, without changing anything, that nothing is pending or failed.
 *
 * @throws NotUpToDateError listing what is; RefusedError for what a run would refuse.
 */
export async function validate(
  dependencies: Pick<Dependencies, 'source' | 'reader' | 'database' | 'emit'>,
  policy: PlanPolicy,
): Promise<void> {
  const plan = makePlan(await readStatuses(dependencies), policy);
  for (const message of plan.warnings) dependencies.emit({ type: 'warning', message });
  if (plan.toRun.length > 0) {
    const tried = plan.toRun.filter(({ state }) => state === 'failed' || state === 'running');
    const pending = plan.toRun.filter((status) => !tried.includes(status));
    throw new NotUpToDateError(
      pending.map(({ file }) => file),
      tried.map(({ file }) => file),
      dependencies.database.table,
    );
  }
  if (plan.refusals.length > 0) throw new RefusedError(plan.refusals);
}
