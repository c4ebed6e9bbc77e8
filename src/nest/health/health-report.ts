import type { HealthStatus } from '../../core/status/health-rules.js';
import type { HealthFile } from '../../core/status/health.js';
import type { StatusSummary } from '../../core/status/summary.js';
import type { ReportText } from '../bootstrap/report-text.js';
import type { HealthOptions } from '../configuration/options.js';

/** What a health check found, before it is decided how much of it to show. */
export interface HealthReport {
  readonly status: HealthStatus;
  readonly message: ReportText;
  readonly tracked: boolean;
  /** The state of the run in the background. */
  readonly state?: 'running' | 'failed';
  readonly summary?: StatusSummary;
  readonly blocking?: readonly HealthFile[];
}

/** The part of a report that a level of detail shows, besides the status. */
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
