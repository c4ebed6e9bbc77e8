import { actionOf, isAtLeast, type DriftPolicy } from '../../../core/status/policy.js';
import type { StatusReport } from '../../../migrator/use-cases/status.js';
import { EXIT } from '../../process/exit-codes.js';

/**
 * The exit code for the state of a database, the most severe first: a failure or a refusal, drift that
 * the policy warns about, pending migrations.
 */
export function verdictOf({ summary, findings }: StatusReport, policy: DriftPolicy): number {
  const isRefused = findings.some((each) => actionOf(policy, each) === 'fail');
  if (isRefused || summary.failed + summary.running + summary.unusable > 0) return EXIT.failed;
  if (findings.some((each) => isAtLeast('warn', policy, each))) return EXIT.drift;
  return summary.pending > 0 ? EXIT.pending : EXIT.ok;
}
