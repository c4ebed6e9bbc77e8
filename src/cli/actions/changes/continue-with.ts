import { DatabaseConnectionError } from '../../../core/errors/database-errors.js';
import { LockInUseError, LockTimeoutError } from '../../../core/errors/lock-errors.js';
import { InterruptedError } from '../../../core/errors/run-errors.js';
import type { Invocation } from '../../process/invocation.js';
import { commandLine } from '../../process/retype.js';
import { retyped } from '../../process/voice.js';
import type { FailedTenant } from '../../render/tenants/failed-tenants.js';
import { forTenants } from '../../render/tenants/for-tenant.js';

/** What is left to do. */
interface Unfinished {
  readonly done: readonly unknown[];
  readonly failed: readonly FailedTenant[];
  readonly unknown: readonly FailedTenant[];
  readonly notReached: readonly string[];
}

/**
 * The command that continues a change; undefined if it would end in the same way.
 *
 * @param isFinal true if the change must not be made again for tenants that have been changed.
 */
export function continueWith(
  { done, failed, unknown, notReached }: Unfinished,
  typed: Invocation,
  isFinal: boolean,
): string | undefined {
  const left = [...failed.filter(({ error }) => isTemporary(error)).map(({ tenant }) => tenant), ...notReached];
  if (left.length === 0) return undefined;
  if (isFinal) return retyped(forTenants(typed, left));
  const isMistyped = done.length === 0 && unknown.length > 0;
  return isMistyped ? undefined : commandLine(typed.program, typed.words);
}

/** True if the same may succeed later. Anything else needs to be corrected first, as its error says. */
function isTemporary(error: unknown): boolean {
  return [DatabaseConnectionError, LockTimeoutError, LockInUseError, InterruptedError].some(
    (each) => error instanceof each,
  );
}
