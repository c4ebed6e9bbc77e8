import { count } from '../../../core/errors/wording.js';
import { EXIT } from '../../process/exit-codes.js';
import type { DeprovisionFlags } from '../../process/flags.js';
import { usageError } from '../../process/cli-error.js';
import { jsonText } from '../../render/json-text.js';
import type { Action } from '../action.js';
import { confirm } from '../changes/confirm.js';
import { runUntilSignal } from '../run-until-signal.js';
import { readingTenants } from '../tenants/with-fleet.js';
import { forOneTenant, givenTenant } from './given-tenant.js';

/** Removes the history of a tenant, and its schema on request, once it is confirmed. */
export const deprovision: Action<DeprovisionFlags> = (flags, terminal, name = '') => {
  const { json = false, dryRun = false, yes = false, dropSchema = false, reason } = flags;
  const own = forOneTenant(terminal, name);
  return readingTenants(flags, async ({ fleet }) => {
    const given = givenTenant(await fleet.tenants(), name, flags.schema);
    const { tenant, isListed } = given;
    if (dropSchema && given.schema === undefined)
      throw usageError(`tenant ${name} has no schema, and a database is never dropped: drop it yourself`);
    const schema = dropSchema ? given.schema : undefined;
    const report = (rows: number, text: string): number => {
      const result = { dryRun, tenant: name, removedRows: rows, droppedSchema: schema ?? null };
      terminal.out(json ? jsonText(result) : text);
      return EXIT.ok;
    };
    const planned = await fleet.deprovision(tenant, { dropSchema, dryRun: true });
    const plan = [`This would ${describe(planned, schema, 'remove', 'drop')}.`, ...(isListed ? [STILL_LISTED] : [])];
    if (dryRun) return report(planned, plan.join('\n'));
    if (!yes) await confirm(plan.join('\n'), terminal, name);
    return runUntilSignal(flags, own, async (signal) => {
      const removed = await fleet.deprovision(tenant, { dropSchema, reason, signal });
      if (isListed && yes) terminal.err(STILL_LISTED);
      return report(removed, `Tenant ${name}: ${describe(removed, schema, 'removed', 'dropped')}`);
    });
  });
};

const STILL_LISTED = 'It is still on the list of tenants: until it is removed from the list, rollouts include it.';

function describe(rows: number, schema: string | undefined, remove: string, drop: string): string {
  const more = schema === undefined ? '' : `, and ${drop} the schema ${schema} with everything in it`;
  return `${remove} ${count(rows, 'row')} of history${more}`;
}
