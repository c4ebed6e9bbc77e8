import { createFleetOf } from '../../../composition/fleet/create-fleet.js';
import { lintTenantDirectory } from '../../../composition/fleet/files/lint-tenants.js';
import { lacksTable } from '../../../composition/fleet/read-list.js';
import type { SecondOpinion } from '../../../core/lint/second-opinion.js';
import type { CommandTerminal } from '../../process/terminal.js';
import { diagnosticsInFlags } from '../../render/lint/in-flags.js';
import { describeTenants } from '../../render/tenants/words.js';
import type { Linted } from '../gate/render-lint.js';
import { lintPending } from './lint-pending.js';
import type { TenantsAtWork } from './with-fleet.js';

/** Lints what is pending for tenants; if there are none yet, all of their files, which the first one will run. */
export async function lintTenants(
  options: TenantsAtWork['options'],
  { err, typed }: CommandTerminal,
  secondOpinion: SecondOpinion | undefined,
): Promise<Linted> {
  const { tenants, ...others } = options;
  const { directory } = tenants;
  const fleet = createFleetOf(others, tenants, () => {}, null);
  try {
    const status = await fleet.status().catch((error: unknown) => {
      if (lacksTable(error)) return undefined;
      throw error;
    });
    if (!status || status.tenants.length === 0) {
      const report = await lintTenantDirectory(others, tenants, undefined, secondOpinion);
      const diagnostics = diagnosticsInFlags(report.diagnostics, typed);
      return {
        files: report.files,
        diagnostics,
        directory,
        scope: ', each as a separate run, as there are no tenants yet',
      };
    }
    const unknown = status.tenants.filter(({ error }) => error).map(({ tenant }) => tenant);
    if (unknown.length > 0) err(`Left out, because their databases could not be read: ${describeTenants(unknown)}`);
    const report = await lintPending({ fleet, options }, status, typed, secondOpinion);
    return { ...report, directory, scope: ' as one run' };
  } finally {
    await fleet.close();
  }
}
