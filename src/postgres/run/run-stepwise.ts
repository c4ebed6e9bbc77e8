import { stepProgress } from '../../core/compile/resume.js';
import type { RunOutcome } from '../../core/ports/ports.js';
import type { StepwiseProgram } from '../../core/compile/program.js';
import { InDoubtError } from '../../core/errors/errors.js';
import { locateInFile } from '../../core/compile/source-text.js';
import type { Step } from '../../core/sql/statements/steps.js';
import { qualifiedName } from '../../core/target/table.js';
import { actingAs, actingAsInSession } from '../connection/acting-role.js';
import { claimSql, completeStepsSql, nameSession, stepFailureSql } from '../history/history-sql.js';
import { settle } from '../catalog/in-doubt.js';
import { claimConflict, must, serverSaid, wasInterrupted, type RunContext } from './run-context.js';
import { sessionTimeouts } from './polite.js';
import { clearTheWay, recordProgress, runStep } from './run-step.js';
import { CLEAN, PROBE_CLIENT } from '../connection/reset.js';
import { asScript, runScript } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';
import { sessionName } from '../lock/session-name.js';

/** Runs a file that cannot run in one transaction, step by step, each step recorded. */
export async function runStepwise(context: RunContext, program: StepwiseProgram): Promise<RunOutcome> {
  const { client, settings, table, listener, notices } = context;
  const { migration, resumeAt } = program;
  if (isGivenUp(context)) return { kind: 'interrupted' };
  await context.assertLocked();
  const startedAt = performance.now();
  listener.started(migration);

  const claim = settings.tracked ? claimSql(table, program, settings.runId, stepProgress(program, resumeAt)) : [];
  const claimed = await runScript(
    client,
    asScript([
      'BEGIN',
      ...(context.pooled ? [...CLEAN, ...actingAs(context.role)] : ownSession(context, program)),
      ...claim,
      'COMMIT',
    ]),
  );
  if (claimed.error) {
    const server = serverSaid(claimed.error, 'claiming a migration');
    await must(context, 'rolling back a claim', ['ROLLBACK']);
    if (wasInterrupted(context, server)) return { kind: 'interrupted' };
    const conflict = claimConflict(context, migration, server);
    if (conflict) return conflict;
    throw queryError(`claiming ${migration.file}`, claimed.error);
  }

  notices.attributeTo(migration);
  const outcome = await runSteps(context, program);
  notices.attributeTo(undefined);
  if (outcome.kind !== 'done') return outcome;

  const complete = settings.tracked ? [completeStepsSql(table, migration.file, settings.runId)] : [];
  const probing = context.lockCheck ? PROBE_CLIENT : []; // the lock is held on
  await must(context, 'completing a migration', [
    'BEGIN',
    ...CLEAN,
    ...actingAs(context.role),
    ...complete,
    'COMMIT',
    ...probing,
  ]);
  if (context.lockCheck && (await runScript(client, context.lockCheck)).lastValue === 'f') await context.retakeLock();
  listener.applied(migration, Math.round(performance.now() - startedAt));
  return { kind: 'done' };
}

/** What a file that runs in steps finds, for as long as it does not change it. */
function ownSession({ reset, role, ownName }: RunContext, program: StepwiseProgram): string[] {
  const name = `SELECT ${nameSession(sessionName(ownName, program.migration.file))}`;
  return [...reset, name, ...actingAsInSession(role), ...sessionTimeouts(program)];
}

async function runSteps(context: RunContext, program: StepwiseProgram): Promise<RunOutcome> {
  await restoreSession(context, program);
  const settled = await settleDoubt(context, program);
  const from = program.resumeAt + settled;
  if (program.inDoubt || from > 0) context.listener.warning(whereItGoesOn(program, settled));
  for (const [index, step] of program.steps.entries()) {
    if (index < from) continue;
    if (!isGivenUp(context)) {
      await context.assertLocked();
      await clearTheWay(context, step);
    }
    if (isGivenUp(context)) return stopBetweenSteps(context, program, index);
    const outcome = await runStep(context, program, step, index);
    if (outcome.kind !== 'done') return outcome;
  }
  return { kind: 'done' };
}

function isGivenUp({ settings }: RunContext): boolean {
  return settings.signal?.aborted === true;
}

function whereItGoesOn({ migration, source, steps, resumeAt }: StepwiseProgram, settled: 0 | 1): string {
  const next = steps[resumeAt + settled];
  const done = `${migration.file}: an earlier run ended after ${resumeAt} of its ${steps.length} steps`;
  const also = settled === 1 ? ', and the catalog shows that the next one took effect as well' : '';
  const goesOn = next
    ? `goes on at line ${locateInFile(migration, source, next.start).line} with "${firstWords(source.sql, next)}"`
    : 'records it';
  return `${done}${also}; this one ${goesOn}`;
}

function firstWords(sql: string, { start, end }: Step): string {
  return sql.slice(start, end).split(/\s+/).slice(0, 8).join(' ');
}

/** Nothing is under way, so the row must not look as if a step were in doubt. */
async function stopBetweenSteps(context: RunContext, program: StepwiseProgram, index: number): Promise<RunOutcome> {
  const { settings, table } = context;
  const why = `interrupted before step ${index + 1} of ${program.steps.length}`;
  if (settings.tracked) {
    await must(context, 'recording an interruption', [
      ...CLEAN,
      ...actingAs(context.role),
      stepFailureSql(table, program.migration.file, settings.runId, why),
    ]);
  }
  return { kind: 'interrupted' };
}

/**
 * Decides about the step that an earlier run may have run without recording it. @returns how many steps that adds to
 * those that are done.
 */
async function settleDoubt(context: RunContext, program: StepwiseProgram): Promise<0 | 1> {
  const step = program.steps[program.resumeAt];
  if (!program.inDoubt || step?.kind !== 'autocommit') return 0;
  const { file } = program.migration;
  const verdict = await settle(context.client, step).catch((error: unknown) => {
    throw queryError(`finding out how far ${file} came`, error);
  });
  if (verdict === 'unknown')
    throw new InDoubtError(file, firstWords(program.source.sql, step), qualifiedName(context.table));
  if (verdict === 'again') return 0;
  await must(context, 'recording progress', [
    'BEGIN',
    ...recordProgress(context, program, program.resumeAt + 1),
    'COMMIT',
  ]);
  return 1;
}

/** What earlier steps set in a session that has ended is set again before the file goes on. */
async function restoreSession(
  context: RunContext,
  { steps, migration, source, resumeAt }: StepwiseProgram,
): Promise<void> {
  const done = steps
    .slice(0, resumeAt)
    .filter((step) => !isUndone(step))
    .flatMap((step) => step.statements);
  const settings = done
    .slice(done.findLastIndex(({ node }) => node && 'DiscardStmt' in node) + 1)
    .filter(({ node }) => node && 'VariableSetStmt' in node && !node.VariableSetStmt.is_local)
    .map(({ start, end }) => source.sql.slice(start, end));
  if (settings.length > 0) await must(context, `restoring the session settings of ${migration.file}`, settings);
}

/** A group of the file's own that does not end in a plain COMMIT: what it sets may be rolled back with it. */
function isUndone({ kind, statements }: Step): boolean {
  return kind === 'autocommit' && statements.length > 1;
}
