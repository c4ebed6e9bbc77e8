import type { FleetStatus } from '../../../fleet/fleet-options.js';
import { usageError } from '../../process/cli-error.js';
import { EXIT } from '../../process/exit-codes.js';
import type { ChangeFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import { failedToJson, renderFailed } from '../../render/tenants/failed-tenants.js';
import { numberOf } from '../../render/tenants/words.js';
import type { Action } from '../action.js';
import { confirm } from './confirm.js';
import { readingTenants } from '../tenants/with-fleet.js';

/** Takes over the histories of tenants, once it is confirmed. */
export const adoptTenants: Action<ChangeFlags> = (flags, terminal) => {
  const { json = false, dryRun = false, yes = false, reason } = flags;
  return readingTenants(flags, async ({ fleet, selection }) => {
    const planned = await fleet.adopt({ ...selection, dryRun: true });
    const status = await fleet.status(selection);
    const unread = status.tenants.flatMap(({ tenant, error }) => (error ? [{ tenant, error }] : []));
    const failed = renderFailed(unread, terminal.typed, 'could not be read');
    const report = (tenants: readonly string[], text: string): number => {
      const inJson = { dryRun, tenants, failed: failedToJson(unread, terminal.typed) };
      terminal.out(json ? jsonText(inJson) : [text, ...failed].join('\n'));
      return unread.length > 0 ? EXIT.failed : EXIT.ok;
    };
    if (planned.length === 0) return report([], NOTHING);
    const lines = linesOf(planned, status);
    const plan = [`This would take over the histories of ${numberOf(planned.length)}:`, ...lines].join('\n');
    if (dryRun) return report(planned, plan);
    if (!yes) await confirm([plan, ...failed].join('\n'), terminal);
    const adopted = await fleet.adopt({ ...selection, ...(reason !== undefined && { reason }) });
    const done = [`Took over the histories of ${numberOf(adopted.length)}:`, ...adopted.map((name) => `  ${name}`)];
    return report(adopted, adopted.length === 0 ? NOTHING : done.join('\n'));
  });
};

/** Nothing is taken over by mistake. */
export const withoutSelection: Action<ChangeFlags> = () => {
  throw usageError('select the tenants with --all, --group or --tenant');
};

const NOTHING =
  'Nothing to take over: no history belongs to another schema of the same name. After renaming a schema, name its tenant with --tenant.';

/** The schemas for which the histories were recorded, and the present ones. */
function linesOf(names: readonly string[], { tenants }: FleetStatus): string[] {
  const replaced = new Map(
    tenants.map(({ tenant, findings }) => [tenant, findings.find(({ code }) => code === 'TENANT_SCHEMA_REPLACED')]),
  );
  return names.map((name) => {
    const found = replaced.get(name);
    return found ? `  ${name}: ${found.recorded ?? ''} → ${found.actual ?? ''}` : `  ${name}: the name of its schema`;
  });
}
