import { isLateRefusal, toNonTransactional } from '../../core/compile/non-transactional.js';
import type { ServerErrorDetails } from '../../core/errors/database-errors.js';
import type { ExecutionContext, NonTransactionalTask, TransactionalTask } from '../execution/execution-context.js';
import { poolerRefusals } from '../execution/session-refusals.js';

/**
 * The same task without a transaction, if the server refused to run it in one and it can run without one.
 *
 * @param offset of the failed statement in the source, if known.
 */
export async function asSteps(
  { lock, pooled, target }: ExecutionContext,
  task: TransactionalTask,
  { sqlstate }: ServerErrorDetails,
  offset: number | undefined,
): Promise<NonTransactionalTask | undefined> {
  if (!lock.exclusive || !(await isLateRefusal(task.program, sqlstate, offset))) return undefined;
  const program = await toNonTransactional(task.program);
  if (!program || (pooled && poolerRefusals({ ...task, program }, target).length > 0)) return undefined;
  return { ...task, program };
}
