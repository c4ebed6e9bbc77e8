import type { FleetStatus } from '../../../fleet/fleet-options.js';
import type { Invocation } from '../../process/invocation.js';
import { errorToJson } from '../error-to-json.js';
import { forTenant } from './for-tenant.js';
import type { StandingGroup } from './groups.js';
import { renderGroup, summaryOf } from './render-standings.js';
import { describeTenants, indented } from './words.js';

/** What a run would do, for people and for programs. */
interface Preview {
  readonly text: string;
  readonly json: object;
  /** True if the text is SQL. */
  readonly isScript: boolean;
}

/** The plan of tenants in the same state. */
export interface PlanOfTenants {
  readonly group: StandingGroup;
  /** Undefined if nothing is known about them. */
  readonly preview: (Preview & { readonly isWrong: boolean }) | undefined;
}

/** What a rollout would do. */
interface RolloutPlan {
  /** Undefined without shared files. */
  readonly shared: Preview | undefined;
  readonly plans: readonly PlanOfTenants[];
  readonly counts: FleetStatus['counts'];
}

/** The plan of a rollout for people. */
export function renderPlans({ shared, plans, counts }: RolloutPlan, typed: Invocation): string {
  return [
    ...(shared ? ['Shared files:', indented(shared.text)] : []),
    ...plans.flatMap(({ group, preview }) =>
      preview ? [`${describeTenants(group.tenants)}:`, indented(preview.text)] : renderGroup(group, typed),
    ),
    summaryOf(counts),
  ].join('\n');
}

/** The same as one script: what is not SQL is a comment, and SQL is not indented, as that could change a literal. */
export function renderScripts({ shared, plans, counts }: RolloutPlan, typed: Invocation): string {
  return [
    ...(shared ? [commented('Shared files:'), scriptOf(shared)] : []),
    ...plans.flatMap(({ group, preview }) =>
      preview ? [commented(headlineOf(group)), scriptOf(preview)] : renderGroup(group, typed).map(commented),
    ),
    commented(summaryOf(counts)),
  ].join('\n');
}

function headlineOf({ tenants, first }: StandingGroup): string {
  const which = tenants.length > 1 ? `, written for ${first.tenant}` : '';
  return `${describeTenants(tenants)}${which}:`;
}

function scriptOf({ text, isScript }: Preview): string {
  if (text === '') return commented('Nothing is pending');
  return isScript ? text : commented(text);
}

function commented(text: string): string {
  return text.replaceAll(/^/gm, '-- ');
}

/** The same for programs. Its shape is stable. */
export function plansToJson({ shared, plans, counts }: RolloutPlan, typed: Invocation): object {
  return {
    shared: shared?.json ?? null,
    plans: plans.map(({ group: { tenants, first }, preview }) => ({
      tenants,
      state: first.state,
      plan: preview?.json ?? null,
      error: first.error ? errorToJson(first.error, forTenant(typed, first.tenant)).error : null,
    })),
    counts,
  };
}
