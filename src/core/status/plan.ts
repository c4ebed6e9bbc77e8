import { finding, type Finding, type FindingCode } from '../errors/finding.js';
import type { History } from '../history/history.js';
import type { Migration } from '../migration/migration.js';
import type { MigrationSet } from '../migration/migration-set.js';
import { findDoubt, findDrift, findEmptyDirectory } from './findings.js';
import { actionOf, isAtLeast, type DriftPolicy } from './policy.js';
import { joinStatuses, needsRun, type MigrationStatus } from './status.js';

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

/** Findings that a run handles itself, so it does not warn about them. */
const DEALT_WITH: ReadonlySet<FindingCode> = new Set(['FAILED', 'UNVERIFIED']);

/** Joins files and history, and decides what to run. @param target for messages. */
export function planRun(
  set: MigrationSet,
  history: History,
  policy: DriftPolicy,
  target: string,
): Plan & { readonly statuses: readonly MigrationStatus[] } {
  const statuses = joinStatuses(set, history);
  return { ...makePlan(set, statuses, policy, target), statuses };
}

/** Decides what to run. @param target for messages. */
export function makePlan(
  set: MigrationSet,
  statuses: readonly MigrationStatus[],
  policy: DriftPolicy,
  target: string,
): Plan {
  const findings = [...findEmptyDirectory(set, statuses, target), ...findDrift(statuses)];
  const toRun = statuses.filter(
    (status): status is RunnableStatus => status.migration !== undefined && needsRun(status.state),
  );
  return {
    toRun,
    toAdopt: statuses.filter(
      (status): status is RunnableStatus => status.migration !== undefined && status.state === 'unverified',
    ),
    warnings: findings.flatMap((each) => {
      const action = actionOf(policy, each);
      if (action === 'fail' || !isAtLeast('warn', policy, each) || DEALT_WITH.has(each.code)) return [];
      return [each.code === 'OUT_OF_ORDER' ? finding('RUNS_OUT_OF_ORDER', { subject: each.subject }) : each];
    }),
    refusals: [
      ...findings.filter((each) => actionOf(policy, each) === 'fail'),
      ...(toRun.length > 0 ? statuses.flatMap(findDoubt) : []),
    ],
  };
}

/** True when there is nothing to execute, record or refuse: the run ends after one read. */
export function isNothingToDo({ toRun, toAdopt, refusals }: Plan): boolean {
  return toRun.length === 0 && toAdopt.length === 0 && refusals.length === 0;
}
