import { finding, type Finding, type FindingCode } from '../errors/finding.js';
import type { History } from '../history/history.js';
import type { Migration } from '../migration/migration.js';
import type { MigrationSet } from '../migration/migration-set.js';
import { findDoubt, findDrift, findEmptyDirectory } from './findings.js';
import { joinStatuses, needsRun, type MigrationStatus } from './status.js';

/** How a run handles irregularities. */
export interface PlanPolicy {
  /**
   * What to do with a pending migration that sorts before the newest applied one: apply it with a warning, or refuse to
   * run.
   */
  readonly outOfOrder: 'apply' | 'fail';
  /** What to do about applied migrations that are changed, renamed or missing: refuse to run, warn, or ignore them. */
  readonly onDrift: 'fail' | 'warn' | 'ignore';
}

/** A status whose file exists. */
export type RunnableStatus = MigrationStatus & { readonly migration: Migration };

/** What a run would do. */
export interface Plan {
  /** Migrations to execute, in order. */
  readonly toRun: readonly RunnableStatus[];
  /** Migrations applied without a recorded checksum: the file's checksum will be recorded. */
  readonly toAdopt: readonly RunnableStatus[];
  readonly warnings: readonly Finding[];
  /** Why the run must be refused; empty when it can proceed. */
  readonly refusals: readonly Finding[];
}

const DRIFT: readonly FindingCode[] = ['CHANGED', 'COSMETIC', 'RENAMED', 'MISSING'];
const ALWAYS_REFUSED: readonly FindingCode[] = ['UNUSABLE_FILE', 'AMBIGUOUS_RENAME', 'EMPTY_DIRECTORY'];
const ALWAYS_WARNED: readonly FindingCode[] = ['RENAMED_UNFINISHED', 'ORPHANED', 'INVALID_INDEX', 'NO_MIGRATIONS'];

/** Joins files and history, and decides what to run. @param target for messages. */
export function planRun(
  set: MigrationSet,
  history: History,
  policy: PlanPolicy,
  target: string,
): Plan & { readonly statuses: readonly MigrationStatus[] } {
  const statuses = joinStatuses(set, history);
  return { ...makePlan(set, statuses, policy, target), statuses };
}

/** Decides what to run. @param target for messages. */
export function makePlan(
  set: MigrationSet,
  statuses: readonly MigrationStatus[],
  { outOfOrder, onDrift }: PlanPolicy,
  target: string,
): Plan {
  const findings = [...findEmptyDirectory(set, statuses, target), ...findDrift(statuses)];
  const of = (...codes: readonly FindingCode[]): Finding[] => findings.filter(({ code }) => codes.includes(code));
  const late = of('OUT_OF_ORDER');
  const toRun = statuses.filter(
    (status): status is RunnableStatus => status.migration !== undefined && needsRun(status.state),
  );
  return {
    toRun,
    toAdopt: statuses.filter(
      (status): status is RunnableStatus => status.migration !== undefined && status.state === 'unverified',
    ),
    warnings: [
      ...of(...ALWAYS_WARNED),
      ...(outOfOrder === 'apply' ? late.map(({ subject }) => finding('RUNS_OUT_OF_ORDER', { subject })) : []),
      ...(onDrift === 'warn' ? of(...DRIFT) : []),
    ],
    refusals: [
      ...of(...ALWAYS_REFUSED),
      ...(toRun.length > 0 ? statuses.flatMap(findDoubt) : []),
      ...(outOfOrder === 'fail' ? late : []),
      ...(onDrift === 'fail' ? of(...DRIFT) : []),
    ],
  };
}

/** True when there is nothing to execute, record or refuse: the run ends after one read. */
export function isNothingToDo({ toRun, toAdopt, refusals }: Plan): boolean {
  return toRun.length === 0 && toAdopt.length === 0 && refusals.length === 0;
}
