import { RefusedError } from '../../../core/errors/input-errors.js';
import { assertCurrent } from '../../../core/tenants/readiness.js';
import { targetOf } from '../../../composition/create-migrator.js';
import type { ReadFlags } from '../../process/flags.js';
import type { Action } from '../action.js';
import { timeoutOf, waitUntil } from '../wait-until.js';
import { readingTenants, type TenantsAtWork } from './with-fleet.js';

/** Waits until neither a shared file nor a file of a tenant is pending. */
export const waitForTenants: Action<ReadFlags> = (flags, terminal) => {
  const timeoutMs = timeoutOf(flags);
  return readingTenants(flags, (given) => waitUntil(() => validate(given), timeoutMs, flags, terminal));
};

/** @throws NotUpToDateError, RefusedError, and the error of a tenant whose database cannot be read */
async function validate({ fleet, shared, selection, options }: TenantsAtWork): Promise<void> {
  await shared?.validate(); // the list may come from a table that these files create
  const { tenants } = await fleet.status(selection);
  const refused = tenants.filter(({ state }) => state === 'refused' || state === 'missing');
  if (refused.length > 0) throw new RefusedError(refused.flatMap(({ findings }) => findings));
  const unreadable = tenants.find(({ error }) => error);
  if (unreadable?.error) throw unreadable.error; // not pending: waiting for it helps only if it cannot be reached
  assertCurrent(tenants, targetOf(options).name);
}
