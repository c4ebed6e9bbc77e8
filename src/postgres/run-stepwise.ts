import { stepProgress } from '../core/resume.js';
import type { RunOutcome } from '../core/ports.js';
import type { StepwiseProgram } from '../core/program.js';
import type { Step } from '../core/sql/steps.js';
import { claimSql, completeStepsSql, progressSql, stepFailureSql } from './history-sql.js';
import { Message, part, type Part } from './message.js';
import { failed, must, recordedError, serverSaid, type RunContext } from './run-context.js';
import { runScript } from './script.js';

const UNIQUE_VIOLATION = '23505';

/** For the time of one transaction: a file may have given up the right to write the history. */
const AS_OURSELVES = ['SET LOCAL SESSION AUTHORIZATION DEFAULT', 'SET LOCAL ROLE NONE'];

/** Runs a file that cannot run in one transaction, step by step, each step recorded. */
export async function runStepwise(context: RunContext, program: StepwiseProgram): Promise<RunOutcome> {
  const { client, settings, table, listener, notices } = context;
  const { migration, steps, resumeAt } = program;
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
    return failed(migration, server, undefined, { kind: 'rolled-back' }, claimed.error);
  }

  notices.attributeTo(migration);
  await restoreSession(context, program);
  for (const [index, step] of steps.entries()) {
    if (index < resumeAt) continue;
    const outcome = await runStep(context, program, step, index);
    if (outcome.kind !== 'done') {
      notices.attributeTo(undefined);
      return outcome;
    }
  }
  notices.attributeTo(undefined);

  const complete = settings.tracked ? [completeStepsSql(table, migration.file, settings.runId)] : [];
  await must(context, 'completing a migration', ['BEGIN', ...context.reset, ...complete, 'COMMIT']);
  if (context.lockCheck && (await runScript(client, context.lockCheck)).lastValue === 'f') await context.retakeLock();
  listener.applied(migration, Math.round(performance.now() - startedAt));
  return { kind: 'done' };
}

/** What earlier steps set in a session that has ended is set again before the file goes on. */
async function restoreSession(context: RunContext, { steps, migration, resumeAt }: StepwiseProgram): Promise<void> {
  const settings = steps
    .slice(0, resumeAt)
    .flatMap((step) => step.statements)
    .filter(({ node }) => node && 'VariableSetStmt' in node && !node.VariableSetStmt.is_local)
    .map(({ start, end }) => migration.text.slice(start, end));
  if (settings.length > 0) await must(context, `restoring the session settings of ${migration.file}`, settings);
}

async function runStep(context: RunContext, program: StepwiseProgram, step: Step, index: number): Promise<RunOutcome> {
  const { client, settings, table } = context;
  const { migration, steps } = program;
  const progress = settings.tracked
    ? [...AS_OURSELVES, progressSql(table, migration.file, settings.runId, stepProgress(program, index + 1))]
    : [];
  const body: Part = {
    kind: 'body',
    text: `${migration.text.slice(step.start, step.end)}\n;`,
    commands: step.statements.length,
  };
  const alone = step.kind === 'autocommit';
  const message = new Message(
    alone ? [body] : [part('begin', [step.begin]), body, part('complete', progress), part('commit', ['COMMIT'])],
  );

  const { error, completed } = await runScript(client, message.text);
  if (error) {
    const server = serverSaid(error, `running ${migration.file}`);
    const place = message.locate(completed, server.position);
    const record = settings.tracked
      ? [stepFailureSql(table, migration.file, settings.runId, recordedError(server))]
      : [];
    await must(context, 'recording a failed migration', ['ROLLBACK', ...context.reset, ...record]);
    const statement = step.statements[Math.min(completed, step.statements.length - 1)];
    const offset =
      server.position !== undefined && place?.part === body && place.offset !== undefined
        ? step.start + place.offset
        : statement?.start;
    return failed(migration, server, offset, { kind: 'partial', stepsDone: index, stepsTotal: steps.length }, error);
  }
  if (alone && settings.tracked) await must(context, 'recording progress', ['BEGIN', ...progress, 'COMMIT']);
  return { kind: 'done' };
}
