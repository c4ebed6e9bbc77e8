import type { HealthStatus } from '../../core/status/health-rules.js';
import type { HealthFile } from '../../core/status/health.js';
import type { StatusSummary } from '../../core/status/summary.js';
import type { ReportText } from '../bootstrap/report-text.js';
import type { HealthOptions } from '../configuration/options.js';

/** The result of a health check, before it is reduced to the configured level of detail. */
export interface HealthReport {
  readonly status: HealthStatus;
  readonly message: ReportText;
  readonly tracked: boolean;
  /** The state of the background run. */
  readonly state?: 'running' | 'failed';
  readonly summary?: StatusSummary;
  readonly blocking?: readonly HealthFile[];
}

/** The part of a report, besides the status, that a level of detail shows. */
export function detailsOf(report: HealthReport, level: Required<HealthOptions>['details']): Record<string, unknown> {
  if (level === 'status') return {};
  const { tracked, state, message, summary, blocking } = report;
  const { newestApplied, ...counts } = summary ?? {};
  const isFull = level === 'full';
  return {
    tracked,
    ...(state && { state }),
    message: isFull ? message.full : message.nameless,
    ...counts,
    ...(isFull && summary && { newestApplied }),
    ...(isFull && blocking && report.status !== 'up' && { blocking }),
  };
}
