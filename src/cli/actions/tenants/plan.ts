import { MigrationError } from '../../../core/errors/migration-error.js';
import { EXIT } from '../../process/exit-codes.js';
import type { PlanFlags } from '../../process/flags.js';
import type { Invocation } from '../../process/invocation.js';
import { jsonText } from '../../render/json-text.js';
import { forSharedFiles, forTenant } from '../../render/tenants/for-tenant.js';
import { groupStandings } from '../../render/tenants/groups.js';
import { plansToJson, renderPlans, renderScripts, type PlanOfTenants } from '../../render/tenants/render-plans.js';
import type { Action } from '../action.js';
import { previewOf } from '../preview.js';
import { readingTenants, type TenantsAtWork } from './with-fleet.js';

/** Shows what a rollout would do: one plan for all tenants in the same state. */
export const planOfTenants: Action<PlanFlags> = (flags, { out, typed }) =>
  readingTenants(flags, async (given) => {
    const shared = given.shared && (await previewOf(given.shared, flags, forSharedFiles(typed)));
    const { counts, plans } = await plansOf(given, flags, typed);
    const result = { shared, plans, counts };
    out(flags.json ? jsonText(plansToJson(result, typed)) : (flags.sql ? renderScripts : renderPlans)(result, typed));
    const isWrong = shared?.isWrong || plans.some(({ preview }) => preview?.isWrong ?? true);
    return isWrong ? EXIT.failed : EXIT.ok;
  });

/** The plan of a group is that of its first tenant: those of the others differ only in the sizes of tables. */
async function plansOf({ fleet, selection }: TenantsAtWork, flags: PlanFlags, typed: Invocation) {
  const { tenants, counts } = await fleet.status(selection);
  const groups = groupStandings(tenants.filter(({ state }) => state !== 'current'));
  const names = groups.map(({ first }) => first.tenant);
  const migrators = new Map(
    (await fleet.migrators({ tenants: names })).map(({ tenant, migrator }) => [tenant, migrator] as const),
  );
  const plans: PlanOfTenants[] = [];
  for (const group of groups) {
    const { tenant, state } = group.first;
    const migrator = state === 'unknown' ? undefined : migrators.get(tenant);
    try {
      plans.push({ group, preview: migrator && (await previewOf(migrator, flags, forTenant(typed, tenant))) });
    } catch (error) {
      // A lost connection or a missing privilege of one tenant says nothing about the others.
      if (!(error instanceof MigrationError)) throw error;
      plans.push({ group: { ...group, first: { ...group.first, error } }, preview: undefined });
    }
  }
  return { counts, plans };
}
