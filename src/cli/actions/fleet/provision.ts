import type { MigrationEvent } from '../../../core/events/events.js';
import { renderEventAs } from '../../../core/events/render-event.js';
import { EXIT } from '../../process/exit-codes.js';
import type { ProvisionFlags } from '../../process/flags.js';
import { inCommands } from '../../process/voice.js';
import { jsonText } from '../../render/json-text.js';
import {
  provisionedToJson,
  provisionPlanToJson,
  renderProvisioned,
  renderProvisionPlan,
} from '../../render/tenants/render-provision.js';
import type { Action } from '../action.js';
import { runUntilSignal } from '../run-until-signal.js';
import { withFleet } from '../tenants/with-fleet.js';
import { forOneTenant, givenTenant } from './given-tenant.js';
import { listenFor } from './listener.js';

/** Creates the schema of a tenant, and applies its files. */
export const provision: Action<ProvisionFlags> = async (flags, terminal, name = '') => {
  const { json = false, dryRun = false, schema } = flags;
  const { out, err } = terminal;
  const own = forOneTenant(terminal, name);
  const say = inCommands(own.typed);
  // There is one tenant, and its error is thrown.
  const note = (event: MigrationEvent) => renderEventAs(say, withoutTenant(event));
  const { onEvent, close } = await listenFor({ note, text: undefined }, terminal, json);
  return runUntilSignal(flags, own, (signal) =>
    withFleet(flags, onEvent, async ({ fleet }) => {
      const { tenant, isListed } = givenTenant(await fleet.tenants(), name, schema);
      const plan = await fleet.planProvision(tenant);
      if (dryRun) {
        out(json ? jsonText(provisionPlanToJson(plan, own.typed)) : renderProvisionPlan(plan, own.typed));
        return plan.refusals.length > 0 ? EXIT.failed : EXIT.ok;
      }
      const run = await fleet.provision(tenant, { signal });
      close();
      out(json ? jsonText(provisionedToJson(plan, run)) : renderProvisioned(plan, run));
      if (!isListed) err(`Tenant ${name} is not on the list of tenants, so no rollout will migrate it.`);
      return EXIT.ok;
    }),
  ).finally(close);
};

function withoutTenant(event: MigrationEvent): MigrationEvent {
  const { tenant: _, ...others } = event;
  return others as MigrationEvent;
}
