import type { Finding } from '../../../core/errors/finding.js';
import { isAtLeast } from '../../../core/status/policy.js';
import type { TenantDrift } from '../../../fleet/drift/fleet-drift.js';
import { EXIT } from '../../process/exit-codes.js';
import type { ReadFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import { keyInGroup } from '../../render/tenants/groups.js';
import { driftToJson, renderDrift, type DriftGroup } from '../../render/tenants/render-drift.js';
import { groupTenants } from '../../render/tenants/words.js';
import type { Action } from '../action.js';
import { onlyOf } from '../reading/drift.js';
import { assertRecorded } from '../reading/schema-check.js';
import { readingTenants } from './with-fleet.js';

/** Shows how tenants disagree with the files and with each other: once for all tenants with the same findings. */
export const driftOfTenants: Action<ReadFlags> = (flags, { out, typed }) =>
  readingTenants(flags, async ({ fleet, selection, options }) => {
    if (flags.schema) assertRecorded(options.catalog);
    const { tenants, findings: notes } = await fleet.drift({
      ...selection,
      diff: flags.diff === true,
      only: onlyOf(flags),
    });
    const groups = groupsOf(tenants);
    out(flags.json ? jsonText(driftToJson(groups, notes, typed)) : renderDrift(groups, notes, typed));
    if (tenants.some(({ error }) => error)) return EXIT.failed;
    const isDrift = tenants.some(({ findings }) => findings.some((each) => isAtLeast('warn', options.policy, each)));
    // A pipeline that checks schemas must not pass when one could not be compared.
    const isUnknown = flags.schema === true && tenants.some(({ isCompared }) => !isCompared);
    return isDrift || isUnknown ? EXIT.drift : EXIT.ok;
  });

function groupsOf(tenants: readonly TenantDrift[]): readonly DriftGroup[] {
  const unnamed = tenants.map(({ findings, ...others }) => ({ ...others, findings: findings.map(withoutTenant) }));
  return groupTenants(unnamed, ({ tenant, findings, isCompared, notCompared, error }) =>
    JSON.stringify([findings.map((each) => keyInGroup(each, tenant)), isCompared, notCompared, error?.message]),
  ).map(({ tenants: names, first: { findings, isCompared, notCompared, error } }) => ({
    tenants: names,
    findings,
    isCompared,
    notCompared,
    error,
  }));
}

function withoutTenant(found: Finding): Finding {
  const { tenant, ...others } = found;
  return tenant === undefined ? found : others;
}
