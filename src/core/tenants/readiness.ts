import { groupBy } from '../collections/group-by.js';
import { NotUpToDateError } from '../errors/input-errors.js';
import { count, list } from '../errors/wording.js';
import { hasNoSchemaOfItsOwn, type TenantStanding, type TenantState } from './standing.js';

/** Why a tenant cannot be served by this release, without names of files; undefined if it can. */
export function notReadyBecause(standing: TenantStanding): string | undefined {
  const { state, pending, failed } = standing;
  if (state === 'unknown') return 'its database cannot be read';
  if (state === 'missing') return 'it has no schema';
  if (hasNoSchemaOfItsOwn(standing)) return 'its history is that of another tenant or schema';
  if (pending.length === 0) return undefined;
  const migrations = `${count(pending.length, 'migration')} of this release`;
  if (failed.length === pending.length) return `${migrations} failed or did not finish`;
  const failures = failed.length > 0 ? `, ${failed.length} of which failed or did not finish` : '';
  return `${migrations} ${pending.length === 1 ? 'is' : 'are'} not applied${failures}`;
}

/** @param target for the message. @throws NotUpToDateError if a tenant is not current */
export function assertCurrent(tenants: readonly TenantStanding[], target: string): void {
  const open = tenants.filter(({ state }) => state !== 'current');
  if (open.length === 0) return;
  throw new NotUpToDateError(
    open.map(({ tenant, state }) => ({ file: `tenant ${tenant}`, state })),
    target,
    [...groupBy(open, ({ state }) => state)].map(describeTenantsIn),
    { action: 'migrate-tenants' },
  );
}

/** Each state for one tenant, and for several. */
const IN_STATE: Readonly<Record<TenantState, readonly [string, string]>> = {
  current: ['is current', 'are current'],
  behind: ['is behind', 'are behind'],
  failed: ['has failed', 'have failed'],
  refused: ['is refused', 'are refused'],
  missing: ['has no schema', 'have no schema'],
  unknown: ['cannot be read', 'cannot be read'],
};

function describeTenantsIn([state, tenants]: readonly [TenantState, readonly TenantStanding[]]): string {
  const names = tenants.map(({ tenant }) => tenant);
  const [one, many] = IN_STATE[state];
  return names.length === 1 ? `tenant ${names[0]} ${one}` : `${count(names.length, 'tenant')} ${many}: ${list(names)}`;
}
