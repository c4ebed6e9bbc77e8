import type { HealthStatus } from '../../core/status/health-rules.js';
import type { HealthFile } from '../../core/status/health.js';
import type { StatusSummary } from '../../core/status/summary.js';
import type { ReportText } from '../bootstrap/report-text.js';
import type { HealthOptions } from '../configuration/options.js';
import type { TenantsReport } from './tenants-health.js';

/** The result of a health check, before it is reduced to the configured level of detail. */
export interface HealthReport {
  readonly status: HealthStatus;
  readonly message: ReportText;
  readonly tracked: boolean;
  /** The state of the background run. */
  readonly state?: 'running' | 'failed';
  readonly summary?: StatusSummary;
  readonly blocking?: readonly HealthFile[];
  readonly tenants?: TenantsReport;
}

/** The part of a report, besides the status, that a level of detail shows. */
export function detailsOf(report: HealthReport, level: NonNullable<HealthOptions['details']>): Record<string, unknown> {
  if (level === 'status') return {};
  const { tracked, state, message, summary, blocking, tenants } = report;
  const { newestApplied, ...counts } = summary ?? {};
  const namesFiles = level === 'full' || level === 'files';
  return {
    tracked,
    ...(state && { state }),
    message: namesFiles ? message.full : message.nameless,
    ...counts,
    ...(namesFiles && summary && { newestApplied }),
    ...(tenants?.counts && { tenants: tenants.counts }),
    ...(level === 'full' && tenants && tenants.notCurrent.length > 0 && { tenantsNotCurrent: tenants.notCurrent }),
    ...(namesFiles && blocking && report.status !== 'up' && { blocking }),
  };
}
