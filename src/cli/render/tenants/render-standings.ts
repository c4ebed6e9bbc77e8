import type { Finding } from '../../../core/errors/finding.js';
import { fleetHealth } from '../../../core/tenants/fleet-health.js';
import type { TenantStanding, TenantState } from '../../../core/tenants/standing.js';
import type { FleetStatus } from '../../../fleet/fleet-options.js';
import type { Invocation } from '../../process/invocation.js';
import { describeError } from '../describe-error.js';
import { errorToJson } from '../error-to-json.js';
import { findingText, findingToJson } from '../in-commands.js';
import { forTenant } from './for-tenant.js';
import { groupStandings, type StandingGroup } from './groups.js';
import { describeTenants, indented } from './words.js';

const STATES: Readonly<Record<TenantState, string>> = {
  current: 'current',
  behind: 'behind',
  failed: 'failed',
  refused: 'refused',
  missing: 'without a schema',
  unknown: 'unknown',
};

/** The state of tenants for people: those that are not current or have findings, and a summary. */
export function renderStandings({ tenants, counts }: FleetStatus, typed: Invocation): string {
  const notable = tenants.filter(({ state, findings }) => state !== 'current' || findings.length > 0);
  return [...groupStandings(notable, true).flatMap((each) => renderGroup(each, typed)), summaryOf(counts)].join('\n');
}

/** `4,998 of 5,000 tenants current, 2 failed`. */
export function summaryOf(counts: FleetStatus['counts']): string {
  return fleetHealth(counts, 0).message;
}

/** A group of tenants, its files and its findings, one a line. */
export function renderGroup({ tenants, first }: StandingGroup, typed: Invocation): string[] {
  return [`${STATES[first.state]}: ${describeTenants(tenants)}`, ...detailsOf(first, typed).map(indented)];
}

function detailsOf(standing: TenantStanding, typed: Invocation): string[] {
  const { pending, findings, error, tenant } = standing;
  const own = forTenant(typed, tenant);
  return [
    ...pending.map((file) => describePending(file, standing)),
    ...findings.map((each) => textOf(each, own)),
    ...(error ? describeError(error, own).split('\n') : []),
  ];
}

/** What keeps a file of a tenant from being applied. */
export function describePending(file: string, { failed, errors = {} }: TenantStanding): string {
  const error = errors[file];
  if (error !== undefined) return `${file} failed: ${error}`;
  return `${file} ${failed.includes(file) ? 'has not finished' : 'is pending'}`;
}

function textOf(found: Finding, typed: Invocation): string {
  return findingText(typed)(found);
}

/** The state of tenants for programs. Its shape is stable. */
export function standingsToJson({ tenants, counts }: FleetStatus, typed: Invocation): object {
  return { tenants: tenants.map((each) => standingToJson(each, typed)), counts };
}

function standingToJson(standing: TenantStanding, typed: Invocation): object {
  const { tenant, group, errors = {}, findings, error, ...others } = standing;
  const own = forTenant(typed, tenant);
  return {
    tenant,
    group: group ?? null,
    ...others,
    errors,
    findings: findings.map(findingToJson(own)),
    error: error ? errorToJson(error, own).error : null,
  };
}
