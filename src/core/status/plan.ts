import { findDrift, type DriftFinding } from './drift.js';
import type { Refusal } from '../errors/errors.js';
import { isToRun, type MigrationStatus } from './status.js';

/** How a run deals with what is unusual. */
export interface PlanPolicy {
  /** A pending migration that sorts before the newest applied one: apply it, with a warning, or refuse to run. */
  readonly outOfOrder: 'apply' | 'fail';
  /** Applied migrations that were changed, renamed or are missing: refuse to run, warn, or say nothing. */
  readonly onDrift: 'fail' | 'warn' | 'ignore';
}

/** What a run would do. */
export interface Plan {
  /** What would be executed, in order. */
  readonly toRun: readonly MigrationStatus[];
  /** Applied without a recorded checksum: the file's checksum would be recorded. */
  readonly toAdopt: readonly MigrationStatus[];
  readonly warnings: readonly string[];
  /** Why nothing would be run; empty when the run can go on. */
  readonly refusals: readonly Refusal[];
  /** Changed, renamed and missing migrations, whatever the policy does about them. */
  readonly drift: readonly DriftFinding[];
}

/** Decides what to run. Pure: the same statuses and policy give the same plan. */
export function makePlan(statuses: readonly MigrationStatus[], policy: PlanPolicy): Plan {
  const findings = findDrift(statuses);
  const late = findings.filter((finding) => finding.kind === 'out-of-order');
  const ambiguous = findings.filter((finding) => finding.kind === 'ambiguous');
  const drift = findings.filter((finding) => finding.kind !== 'out-of-order' && finding.kind !== 'ambiguous');
  return {
    toRun: statuses.filter((status) => status.onDisk && isToRun(status.state)),
    toAdopt: statuses.filter((status) => status.state === 'unverified'),
    warnings: [
      ...(policy.outOfOrder === 'apply'
        ? late.map(({ file }) => `${file} runs out of order: newer migrations are applied already`)
        : []),
      ...(policy.onDrift === 'warn' ? drift.map((finding) => finding.message) : []),
    ],
    refusals: [
      ...ambiguous.map(toRefusal),
      ...(policy.outOfOrder === 'fail' ? late.map(({ file }) => lateRefusal(file)) : []),
      ...(policy.onDrift === 'fail' ? drift.map(toRefusal) : []),
    ],
    drift,
  };
}

function toRefusal({ file, message }: DriftFinding): Refusal {
  return { file, reason: message };
}

function lateRefusal(file: string): Refusal {
  return {
    file,
    reason:
      'it is out of order: newer migrations are applied already. Give it a newer number, or set outOfOrder to "apply".',
  };
}

/** True when there is nothing to execute, to record or to refuse: the run ends after its one read. */
export function isNothingToDo(plan: Plan): boolean {
  return plan.toRun.length === 0 && plan.toAdopt.length === 0 && plan.refusals.length === 0;
}
