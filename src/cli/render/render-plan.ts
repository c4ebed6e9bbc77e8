import type { Finding } from '../../core/errors/finding.js';
import { describeAmount } from '../../core/lint/diagnostic.js';
import type { PlannedLock } from '../../core/lint/planned-locks.js';
import { blocksReads, blocksWrites, type LockMode } from '../../core/lint/syntax/lock-modes.js';
import type { PlannedMigration, PlanReport } from '../../migrator/use-cases/preview/plan.js';
import type { Invocation } from '../process/invocation.js';
import { findingText, findingToJson } from './in-commands.js';

/** A plan as text: one line for each migration and each of its locks. */
export function renderPlan({ migrations, warnings, refusals }: PlanReport, typed: Invocation): string {
  const textOf = findingText(typed);
  const planned = migrations.flatMap((each) => [describeMode(each), ...renderLocks(each).map((line) => `  ${line}`)]);
  return [...warnings.map(textOf), ...renderRefusals(refusals, textOf), ...planned].join('\n') || 'Nothing is pending';
}

/** Why a run would be refused. */
export function renderRefusals(refusals: readonly Finding[], textOf: (found: Finding) => string): string[] {
  return refusals.length > 0 ? ['A run would be refused:', ...refusals.map((each) => `  - ${textOf(each)}`)] : [];
}

/** The SQL that a run would send, as one script. */
export function renderScript(migrations: readonly PlannedMigration[]): string {
  return migrations.map((each) => `-- ${describeMode(each)}\n${each.sql ?? ''}`).join('\n');
}

/** A plan for programs. Its shape is stable. */
export function planToJson({ migrations, warnings, refusals }: PlanReport, typed: Invocation): object {
  const asJson = findingToJson(typed);
  return {
    migrations: migrations.map(({ locks, ...migration }) => ({
      ...migration,
      ...(locks !== undefined && { locks: locks && locks.map(lockToJson) }),
    })),
    warnings: warnings.map(asJson),
    refusals: refusals.map(asJson),
  };
}

function describeMode({ file, mode, reason }: PlannedMigration): string {
  return `${file}: ${mode}${reason === null ? '' : ` (${reason})`}`;
}

function renderLocks({ locks }: PlannedMigration): string[] {
  if (locks === null) return ['locks: unknown, because the parser cannot read this file'];
  return (locks ?? []).map(({ relation, mode, line, size }) => {
    const amount = size ? ` (${describeAmount(size)})` : '';
    return `line ${line}: ${mode} on ${relation}${amount}${describeBlocking(mode)}`;
  });
}

function describeBlocking(mode: LockMode): string {
  if (blocksReads(mode)) return ', blocks reads and writes';
  return blocksWrites(mode) ? ', blocks writes' : '';
}

function lockToJson({ relation, mode, line, size }: PlannedLock): object {
  return { relation, mode, line, rows: size?.rows ?? null, bytes: size?.bytes ?? null };
}
