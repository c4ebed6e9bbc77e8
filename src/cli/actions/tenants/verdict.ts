import { isAtLeast, type DriftPolicy } from '../../../core/status/policy.js';
import type { FleetStatus } from '../../../fleet/fleet-options.js';
import { EXIT } from '../../process/exit-codes.js';

/** The exit code for the state of tenants, as for a single database: the most severe one decides. */
export function verdictOfTenants({ tenants, counts }: FleetStatus, policy: DriftPolicy): number {
  if (counts.failed + counts.refused + counts.missing + counts.unknown > 0) return EXIT.failed;
  if (tenants.some(({ findings }) => findings.some((each) => isAtLeast('warn', policy, each)))) return EXIT.drift;
  return tenants.some(({ pending }) => pending.length > 0) ? EXIT.pending : EXIT.ok;
}

/** From the most to the least severe. */
const BY_SEVERITY: readonly number[] = [EXIT.failed, EXIT.drift, EXIT.lint, EXIT.pending, EXIT.ok];

/** The most severe of several exit codes. */
export function worstOf(...codes: readonly number[]): number {
  return BY_SEVERITY.find((code) => codes.includes(code)) ?? EXIT.ok;
}
