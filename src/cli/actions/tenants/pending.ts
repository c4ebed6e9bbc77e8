import { RefusedError } from '../../../core/errors/input-errors.js';
import type { MigrationStatus } from '../../../core/status/status.js';
import type { TenantStanding } from '../../../core/tenants/standing.js';
import { EXIT } from '../../process/exit-codes.js';
import type { CommonFlags } from '../../process/flags.js';
import type { Invocation } from '../../process/invocation.js';
import { findingText } from '../../render/in-commands.js';
import { jsonText } from '../../render/json-text.js';
import { failedToJson, renderFailed, type FailedTenant } from '../../render/tenants/failed-tenants.js';
import { forTenant } from '../../render/tenants/for-tenant.js';
import { groupStandings } from '../../render/tenants/groups.js';
import { describeTenants, indented } from '../../render/tenants/words.js';
import type { Action } from '../action.js';
import { readingTenants } from './with-fleet.js';

/** Shows the files that the next rollout would execute: the shared ones, then once for all tenants with the same ones. */
export const pendingOfTenants: Action<CommonFlags> = (flags, { out, typed }) =>
  readingTenants(flags, async ({ fleet, selection, shared }) => {
    const ofShared = (await shared?.pending())?.map(({ file, state }) => ({ file, state }));
    const { tenants } = await fleet.status(selection);
    const failed = tenants.flatMap(({ tenant, error }) => (error ? [{ tenant, error }] : []));
    const blocked = tenants.filter(isBlocked);
    const ready = tenants.filter((each) => !each.error && !isBlocked(each));
    if (flags.json) {
      const json = ready.map((each) => ({ tenant: each.tenant, migrations: migrationsOf(each) }));
      const all = [...failed, ...blocked.map(refusalOf)];
      out(jsonText({ shared: ofShared ?? null, tenants: json, failed: failedToJson(all, typed) }));
    } else {
      const lines = [
        ...(ofShared && ofShared.length > 0 ? ['Shared files:', ...ofShared.map(line)] : []),
        ...renderReady(ready),
        ...renderBlocked(blocked, typed),
        ...renderFailed(failed, typed, 'could not be read'),
      ];
      out(lines.join('\n') || 'Nothing is pending');
    }
    return failed.length + blocked.length > 0 ? EXIT.failed : EXIT.ok;
  });

/** Nothing would run for these tenants, whatever is pending. */
function isBlocked({ state }: TenantStanding): boolean {
  return state === 'refused' || state === 'missing';
}

function refusalOf({ tenant, findings }: TenantStanding): FailedTenant {
  return { tenant, error: new RefusedError(findings.filter(({ severity }) => severity === 'error')) };
}

function renderReady(standings: readonly TenantStanding[]): string[] {
  return groupStandings(standings.filter(({ pending }) => pending.length > 0)).flatMap(({ tenants, first }) => [
    `${describeTenants(tenants)}:`,
    ...migrationsOf(first).map(line),
  ]);
}

function renderBlocked(standings: readonly TenantStanding[], typed: Invocation): string[] {
  return groupStandings(standings).flatMap(({ tenants, first }) => [
    `${describeTenants(tenants)}, for which nothing would run:`,
    ...migrationsOf(first).map(line),
    ...first.findings.map((each) => indented(findingText(forTenant(typed, first.tenant))(each))),
  ]);
}

function line({ file, state }: Pick<MigrationStatus, 'file' | 'state'>): string {
  return `  ${file} (${state})`;
}

function migrationsOf({ pending, failed }: TenantStanding): Pick<MigrationStatus, 'file' | 'state'>[] {
  return pending.map((file) => ({ file, state: failed.includes(file) ? 'failed' : 'pending' }));
}
