import { stopsRun, type Diagnostic } from '../../../core/lint/diagnostic.js';
import type { FleetStatus } from '../../../fleet/fleet-options.js';
import { usageError } from '../../process/cli-error.js';
import { EXIT } from '../../process/exit-codes.js';
import type { CheckFlags } from '../../process/flags.js';
import { formatOf } from '../../process/format.js';
import type { Invocation } from '../../process/invocation.js';
import { jsonText } from '../../render/json-text.js';
import { diagnosticsInFlags } from '../../render/lint/in-flags.js';
import { forSharedFiles, forTenant } from '../../render/tenants/for-tenant.js';
import { groupStandings } from '../../render/tenants/groups.js';
import type { Action } from '../action.js';
import { checkTarget, withLint } from '../gate/check-target.js';
import { checkedTenantsToJson, renderCheckedTenants } from './render-check.js';
import { verdictOfTenants, worstOf } from './verdict.js';
import { readingTenants, type TenantsAtWork } from './with-fleet.js';

/** The same as for a single target, for the shared files and for tenants. */
export const checkTenants: Action<CheckFlags> = (flags, { out, typed }) => {
  if (flags.base !== undefined) throw usageError('--base compares files; select their directory with --dir');
  if (flags.schema) throw usageError('--schema does not work with tenants: their catalogs are not recorded');
  const format = formatOf(flags, ['text', 'github']);
  const lint = flags.lint ?? 'error';
  return readingTenants({ ...flags, lint }, async (given) => {
    const { fleet, selection, options } = given;
    const shared = given.shared && (await checkTarget(given.shared, options, forSharedFiles(typed)));
    const status = await fleet.status(selection);
    const { onMigrate } = options.lint;
    const diagnostics = onMigrate === 'off' ? [] : await lintTenants(given, status, typed);
    const verdict = withLint(verdictOfTenants(status, options.policy), diagnostics.some(stopsRun(onMigrate)));
    const exitCode = worstOf(shared?.exitCode ?? EXIT.ok, verdict);
    const checked = { exitCode, shared, status, diagnostics, typed };
    out(format === 'json' ? jsonText(checkedTenantsToJson(checked)) : renderCheckedTenants(checked, format, options));
    return exitCode;
  });
};

/** Lints pending files once for all tenants that have the same ones. */
async function lintTenants(
  { fleet }: TenantsAtWork,
  { tenants }: FleetStatus,
  typed: Invocation,
): Promise<readonly Diagnostic[]> {
  const behind = tenants.filter(({ state }) => state === 'behind' || state === 'failed');
  const names = groupStandings(behind).map(({ first }) => first.tenant);
  const found = new Map<string, Diagnostic>();
  for (const { tenant, migrator } of await fleet.migrators({ tenants: names })) {
    const { diagnostics } = await migrator.lint();
    for (const each of diagnosticsInFlags(diagnostics, forTenant(typed, tenant))) found.set(keyOf(each), each);
  }
  return [...found.values()];
}

function keyOf({ file, rule, line, column }: Diagnostic): string {
  return JSON.stringify([file, rule, line, column]);
}
