import { asError } from '../../../core/errors/wording.js';
import { stopsRun } from '../../../core/lint/diagnostic.js';
import type { TenantStanding } from '../../../core/tenants/standing.js';
import { usageError } from '../../process/cli-error.js';
import { EXIT } from '../../process/exit-codes.js';
import type { CheckFlags } from '../../process/flags.js';
import { formatOf } from '../../process/format.js';
import { jsonText } from '../../render/json-text.js';
import type { FailedTenant } from '../../render/tenants/failed-tenants.js';
import { forSharedFiles } from '../../render/tenants/for-tenant.js';
import type { Action } from '../action.js';
import { lintPending } from '../lint/lint-pending.js';
import { verdictOfTenants, worstOf } from '../tenants/verdict.js';
import { readingTenants } from '../tenants/with-fleet.js';
import { checkTarget, withLint } from './check-target.js';
import { checkedTenantsToJson, renderCheckedTenants } from './render-check-of-tenants.js';

/** The same as for a single target, for the shared files and for tenants. */
export const checkTenants: Action<CheckFlags> = (flags, { out, typed }) => {
  if (flags.base !== undefined)
    throw usageError('--base compares the files of tenants too: omit --tenant, --group and --all');
  if (flags.schema) throw usageError('--schema does not work with tenants: their catalogs are not recorded');
  const format = formatOf(flags, ['text', 'github']);
  const lint = flags.lint ?? 'error';
  return readingTenants({ ...flags, lint }, async (given) => {
    const { fleet, selection, options } = given;
    const shared = given.shared && (await checkTarget(given.shared, options, forSharedFiles(typed)));
    const read = await fleet.status(selection);
    const { onMigrate } = options.lint;
    const { diagnostics, failed } = onMigrate === 'off' ? NOT_LINTED : await lintPending(given, read, typed);
    const status = { ...read, tenants: read.tenants.map((each) => withFailure(each, failed)) };
    const ofTenants = failed.length > 0 ? EXIT.failed : verdictOfTenants(status, options.policy);
    const verdict = withLint(ofTenants, diagnostics.some(stopsRun(onMigrate)));
    const exitCode = worstOf(shared?.exitCode ?? EXIT.ok, verdict);
    const checked = { exitCode, shared, status, diagnostics, typed };
    out(format === 'json' ? jsonText(checkedTenantsToJson(checked)) : renderCheckedTenants(checked, format, options));
    return exitCode;
  });
};

const NOT_LINTED = { diagnostics: [], failed: [] };

/** A tenant whose database could be read for its state, and not for its lint. */
function withFailure(standing: TenantStanding, failed: readonly FailedTenant[]): TenantStanding {
  const error = failed.find(({ tenant }) => tenant === standing.tenant)?.error;
  return error === undefined ? standing : { ...standing, error: asError(error) };
}
