import { NotUpToDateError, RefusedError } from '../../core/errors/input-errors.js';
import { planRun } from '../../core/status/plan.js';
import type { Finding } from '../../core/errors/finding.js';
import { assertAllowed, type MigratorParts } from '../run/parts.js';

/**
 * Checks, without changing anything, that nothing is pending or failed.
 *
 * @returns the warnings that a run would give.
 * @throws NotUpToDateError listing those that are; RefusedError if a run would be refused; DirectoryError
 */
export async function validate(parts: MigratorParts): Promise<readonly Finding[]> {
  const { source, reader, database, policy } = parts;
  await assertAllowed(parts);
  const { name } = database.target;
  const plan = planRun(await source.read(), await reader.read(), policy, name);
  if (plan.toRun.length > 0) throw new NotUpToDateError(plan.toRun, name);
  if (plan.refusals.length > 0) throw new RefusedError(plan.refusals);
  return plan.warnings;
}
