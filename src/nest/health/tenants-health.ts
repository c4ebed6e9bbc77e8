import { worstOf, type HealthStatus } from '../../core/status/health-rules.js';
import { countStates, fleetHealth, type FleetHealth } from '../../core/tenants/fleet-health.js';
import type { TenantStanding, TenantState } from '../../core/tenants/standing.js';
import type { ReportText } from '../bootstrap/report-text.js';
import type { ResolvedModuleOptions } from '../configuration/options.js';

/** The part of a report to which tenants are added. */
interface Reported {
  readonly status: HealthStatus;
  readonly message: ReportText;
}

/** The states of tenants, or why they cannot be read. */
export type TenantsReading = { readonly standings: readonly TenantStanding[] } | { readonly problem: string };

/** What a health check says about tenants. */
export interface TenantsReport {
  readonly status: HealthStatus;
  /** Names no tenant. */
  readonly message: string;
  /** Absent if they cannot be read. */
  readonly counts?: FleetHealth['counts'];
  /** The first ten that are not current. */
  readonly notCurrent: readonly { readonly tenant: string; readonly state: TenantState }[];
}

const MAX_LISTED = 10;

/** Decides how tenants affect a check; undefined if they do not. */
export function judgeTenants(
  reading: TenantsReading,
  { tolerated, exceeded }: ResolvedModuleOptions['health']['tenants'],
): TenantsReport | undefined {
  if (exceeded === 'ignore') return undefined;
  if ('problem' in reading) return { status: 'down', message: `tenants: ${reading.problem}`, notCurrent: [] };
  const { up, message, counts } = fleetHealth(countStates(reading.standings), tolerated);
  const others = reading.standings.filter(({ state }) => state !== 'current').slice(0, MAX_LISTED);
  const notCurrent = others.map(({ tenant, state }) => ({ tenant, state }));
  return { status: up ? 'up' : exceeded, message, counts, notCurrent };
}

/** Adds the tenants to a report. As always, the message gives the reasons for the worst status. */
export function withTenants<T extends Reported>(
  report: T,
  tenants: TenantsReport | undefined,
): T & { readonly tenants?: TenantsReport } {
  if (!tenants) return report;
  const status = worstOf([report.status, tenants.status]);
  const isReason = tenants.status === status;
  const join = (text: string): string =>
    [...(report.status === status ? [text] : []), ...(isReason ? [tenants.message] : [])].join('; ');
  const { full, nameless } = report.message;
  return { ...report, status, tenants, message: { full: join(full), nameless: join(nameless) } };
}
