import type { TenantStanding } from '../../../core/tenants/standing.js';
import { EXIT } from '../../process/exit-codes.js';
import type { CommonFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import { failedToJson, renderFailed } from '../../render/tenants/failed-tenants.js';
import { groupStandings } from '../../render/tenants/groups.js';
import { describeTenants } from '../../render/tenants/words.js';
import type { Action } from '../action.js';
import { readingTenants } from './with-fleet.js';

/** Shows the files that the next rollout would execute: once for all tenants with the same ones. */
export const pendingOfTenants: Action<CommonFlags> = (flags, { out, typed }) =>
  readingTenants(flags, async ({ fleet, selection }) => {
    const { tenants } = await fleet.status(selection);
    const failed = tenants.flatMap(({ tenant, error }) => (error ? [{ tenant, error }] : []));
    const read = tenants.filter(({ error }) => !error);
    if (flags.json) {
      const json = read.map((each) => ({ tenant: each.tenant, migrations: migrationsOf(each) }));
      out(jsonText({ tenants: json, failed: failedToJson(failed, typed) }));
    } else {
      const lines = groupStandings(read.filter(({ pending }) => pending.length > 0)).flatMap(
        ({ tenants: names, first }) => [
          `${describeTenants(names)}:`,
          ...migrationsOf(first).map(({ file, state }) => `  ${file} (${state})`),
        ],
      );
      const text = lines.length > 0 || failed.length > 0 ? lines : ['Nothing is pending'];
      out([...text, ...renderFailed(failed, typed, 'could not be read')].join('\n'));
    }
    return failed.length > 0 ? EXIT.failed : EXIT.ok;
  });

function migrationsOf({ pending, failed }: TenantStanding) {
  return pending.map((file) => ({ file, state: failed.includes(file) ? 'failed' : 'pending' }));
}
