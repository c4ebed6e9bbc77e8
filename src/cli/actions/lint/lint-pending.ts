import { lintTenantDirectory } from '../../../composition/fleet/files/lint-tenants.js';
import type { Diagnostic } from '../../../core/lint/diagnostic.js';
import type { SecondOpinion } from '../../../core/lint/second-opinion.js';
import type { FleetStatus } from '../../../fleet/fleet-options.js';
import type { LintReport } from '../../../migrator/use-cases/preview/lint.js';
import type { Invocation } from '../../process/invocation.js';
import { diagnosticsInFlags } from '../../render/lint/in-flags.js';
import type { FailedTenant } from '../../render/tenants/failed-tenants.js';
import { forTenant } from '../../render/tenants/for-tenant.js';
import { groupStandings } from '../../render/tenants/groups.js';
import { forEachTenant } from '../tenants/for-each-tenant.js';
import type { TenantsAtWork } from '../tenants/with-fleet.js';

/** What lint found in pending files. */
interface LintedPending extends LintReport {
  /** The tenants whose database could not be read for it. */
  readonly failed: readonly FailedTenant[];
}

/** Lints pending files once for all tenants that have the same ones. */
export async function lintPending(
  { fleet, options }: Pick<TenantsAtWork, 'fleet' | 'options'>,
  { tenants }: FleetStatus,
  typed: Invocation,
  secondOpinion?: SecondOpinion,
): Promise<LintedPending> {
  const behind = tenants.filter(({ pending }) => pending.length > 0);
  const names = groupStandings(behind).map(({ first }) => first.tenant);
  const files = new Set<string>();
  const found = new Map<string, Diagnostic>();
  const { done, failed } = await forEachTenant(await fleet.migrators({ tenants: names }), ({ migrator }) =>
    migrator.lint({ ...(secondOpinion && { secondOpinion }) }),
  );
  for (const { tenant, result } of done) {
    for (const file of result.files) files.add(file);
    for (const each of diagnosticsInFlags(result.diagnostics, forTenant(typed, tenant))) found.set(keyOf(each), each);
  }
  for (const each of files.size > 0 ? await findHardCoded(options, files) : []) found.set(keyOf(each), each);
  return { files: [...files], diagnostics: [...found.values()], failed };
}

/** A schema that is named in a file may be that of the very tenant for which the file was linted. */
async function findHardCoded(
  { tenants, ...options }: TenantsAtWork['options'],
  files: ReadonlySet<string>,
): Promise<readonly Diagnostic[]> {
  const { diagnostics } = await lintTenantDirectory(options, tenants);
  return diagnostics.filter(({ rule, file }) => rule === 'hard-coded-schema' && files.has(file));
}

function keyOf({ file, rule, line, column }: Diagnostic): string {
  return JSON.stringify([file, rule, line, column]);
}
