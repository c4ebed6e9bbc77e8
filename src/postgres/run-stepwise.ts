import { stepProgress } from '../core/resume.js';
import type { RunOutcome } from '../core/ports.js';
import type { StepwiseProgram } from '../core/program.js';
import { InDoubtError } from '../core/errors.js';
import { displayName } from '../core/table.js';
import { claimSql, completeStepsSql } from './history-sql.js';
import { settle } from './in-doubt.js';
import { failed, must, serverSaid, type RunContext } from './run-context.js';
import { recordProgress, runStep } from './run-step.js';
import { runScript } from './script.js';
import { queryError } from './server-error.js';

const UNIQUE_VIOLATION = '23505';

/** Runs a file that cannot run in one transaction, step by step, each step recorded. */
export async function runStepwise(context: RunContext, program: StepwiseProgram): Promise<RunOutcome> {
  const { client, settings, table, listener, notices } = context;
  const { migration, resumeAt } = program;
  const startedAt = performance.now();
  listener.started(migration);

  const claim = settings.tracked ? claimSql(table, migration, settings.runId, stepProgress(program, resumeAt)) : [];
  const claimed = await runScript(
    client,
    ['BEGIN', ...context.reset, ...claim, 'COMMIT'].map((sql) => `${sql};`).join('\n'),
  );
  if (claimed.error) {
    const server = serverSaid(claimed.error, 'claiming a migration');
    await must(context, 'rolling back a claim', ['ROLLBACK']);
    if (server.sqlstate === UNIQUE_VIOLATION) return { kind: 'conflict', file: migration.file };
    return failed(program, server, undefined, { kind: 'rolled-back' }, claimed.error);
  }

  notices.attributeTo(migration);
  const outcome = await runSteps(context, program);
  notices.attributeTo(undefined);
  if (outcome.kind !== 'done') return outcome;

  const complete = settings.tracked ? [completeStepsSql(table, migration.file, settings.runId)] : [];
  await must(context, 'completing a migration', ['BEGIN', ...context.reset, ...complete, 'COMMIT']);
  if (context.lockCheck && (await runScript(client, context.lockCheck)).lastValue === 'f') await context.retakeLock();
  listener.applied(migration, Math.round(performance.now() - startedAt));
  return { kind: 'done' };
}

async function runSteps(context: RunContext, program: StepwiseProgram): Promise<RunOutcome> {
  await restoreSession(context, program);
  const from = program.resumeAt + (await settleDoubt(context, program));
  for (const [index, step] of program.steps.entries()) {
    if (index < from) continue;
    const outcome = await runStep(context, program, step, index);
    if (outcome.kind !== 'done') return outcome;
  }
  return { kind: 'done' };
}

/** Decides about the step that an earlier run may have run without recording it. @returns how many steps that adds to those that are done. */
async function settleDoubt(context: RunContext, program: StepwiseProgram): Promise<0 | 1> {
  const step = program.steps[program.resumeAt];
  if (!program.inDoubt || step?.kind !== 'autocommit') return 0;
  const { file } = program.migration;
  const verdict = await settle(context.client, step).catch((error: unknown) => {
    throw queryError(`finding out how far ${file} came`, error);
  });
  if (verdict === 'unknown')
    throw new InDoubtError(
      file,
      program.source.sql.slice(step.start, step.end).split(/\s+/).slice(0, 8).join(' '),
      displayName(context.table),
    );
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
  const settings = steps
    .slice(0, resumeAt)
    .flatMap((step) => step.statements)
    .filter(({ node }) => node && 'VariableSetStmt' in node && !node.VariableSetStmt.is_local)
    .map(({ start, end }) => source.sql.slice(start, end));
  if (settings.length > 0) await must(context, `restoring the session settings of ${migration.file}`, settings);
}
