import { NotUpToDateError } from '../errors/input-errors.js';
import { count } from '../errors/wording.js';
import { hasNoSchemaOfItsOwn, type TenantStanding } from './standing.js';

/** Why a tenant cannot be served by this release, without names of files; undefined if it can. */
export function notReadyBecause(standing: TenantStanding): string | undefined {
  const { state, pending, failed } = standing;
  if (state === 'unknown') return 'its database cannot be read';
  if (state === 'missing') return 'it has no schema';
  if (hasNoSchemaOfItsOwn(standing)) return 'its history is that of another tenant or schema';
  if (pending.length === 0) return undefined;
  const failures = failed.length > 0 ? `, ${failed.length} of which failed or did not finish` : '';
  return `${count(pending.length, 'migration')} of this release ${pending.length === 1 ? 'is' : 'are'} not applied${failures}`;
}

/** @param target for the message. @throws NotUpToDateError if a tenant is not current */
export function assertCurrent(tenants: readonly TenantStanding[], target: string): void {
  const open = tenants.filter(({ state }) => state !== 'current');
  if (open.length === 0) return;
  throw new NotUpToDateError(
    open.map(({ tenant, state }) => ({ file: `tenant ${tenant}`, state })),
    target,
  );
}
