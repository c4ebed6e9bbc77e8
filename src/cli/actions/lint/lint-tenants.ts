import { createFleetOf } from '../../../composition/fleet/create-fleet.js';
import { lintTenantDirectory } from '../../../composition/fleet/files/lint-tenants.js';
import { lacksObjects } from '../../../composition/fleet/read-list.js';
import { RefusedError } from '../../../core/errors/input-errors.js';
import type { SecondOpinion } from '../../../core/lint/second-opinion.js';
import type { TenantStanding } from '../../../core/tenants/standing.js';
import type { CommandTerminal } from '../../process/terminal.js';
import { diagnosticsInFlags } from '../../render/lint/in-flags.js';
import { renderFailed, type FailedTenant } from '../../render/tenants/failed-tenants.js';
import type { TenantsAtWork } from '../tenants/with-fleet.js';
import type { LintedTenants } from './render-lint.js';
import { lintPending } from './lint-pending.js';

/** How tenants are linted. */
interface LintSettings {
  readonly secondOpinion: SecondOpinion | undefined;
  /** True if shared files are pending: they may create what the list reads. */
  readonly isSharedPending: boolean;
}

/** Lints what is pending for tenants; if there are no tenants yet, all files, which the first tenant will run. */
export async function lintTenants(
  options: TenantsAtWork['options'],
  { err, typed }: CommandTerminal,
  { secondOpinion, isSharedPending }: LintSettings,
): Promise<LintedTenants> {
  const { tenants, ...others } = options;
  const { directory } = tenants;
  const fleet = createFleetOf(others, tenants, () => {}, null);
  try {
    const status = await fleet.status().catch((error: unknown) => {
      if (isSharedPending && lacksObjects(error)) return undefined;
      throw error;
    });
    if (!status || status.tenants.length === 0) {
      const report = await lintTenantDirectory(others, tenants, undefined, secondOpinion);
      const diagnostics = diagnosticsInFlags(report.diagnostics, typed);
      const why = status ? 'there are no tenants yet' : 'the list cannot be read before the shared files have run';
      return { files: report.files, diagnostics, directory, failed: [], scope: `, each as a separate run, as ${why}` };
    }
    const report = await lintPending({ fleet, options }, status, typed, secondOpinion);
    const failed = [...status.tenants.flatMap(whyNotLinted), ...report.failed];
    for (const text of renderFailed(failed, typed, 'left out')) err(text);
    return { ...report, directory, failed, scope: ' as one run' };
  } finally {
    await fleet.close();
  }
}

/** Without a history, it is not known which files are pending. */
function whyNotLinted({ tenant, state, pending, findings, error }: TenantStanding): FailedTenant[] {
  if (error) return [{ tenant, error }];
  const isUnknown = state === 'refused' && pending.length === 0;
  return isUnknown
    ? [{ tenant, error: new RefusedError(findings.filter(({ severity }) => severity === 'error')) }]
    : [];
}
