import { MigrationError } from '../errors/migration-error.js';
import { describeCounts, type RolloutReport, type RolloutStop } from './report.js';

/**
 * A rollout stopped before it had reached all tenants. What it applied stays applied, and the next rollout
 * continues with the tenants that are behind.
 */
export class RolloutStoppedError extends MigrationError {
  /** The outcome for each tenant. */
  readonly report: RolloutReport;

  constructor(report: RolloutReport & { readonly stopped: RolloutStop }) {
    const failures = report.tenants.filter(({ outcome }) => outcome === 'failed');
    const [first] = failures;
    const error = first?.error ? `\nThe first failure, tenant ${first.tenant}: ${first.error.message}` : '';
    super(
      'ROLLOUT_STOPPED',
      `The rollout stopped: ${report.stopped.reason}. Tenants: ${describeCounts(report.counts)}. ` +
        `The next rollout continues with those that are behind.${error}`,
      first?.error && { cause: first.error },
    );
    this.report = report;
  }
}
