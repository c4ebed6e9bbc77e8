import { progressAt, stepText } from '../../core/compile/schedule.js';
import type { NonTransactionalProgram } from '../../core/compile/program.js';
import { locateInFile } from '../../core/compile/source-text.js';
import { finding } from '../../core/errors/finding.js';
import { firstWords } from '../../core/errors/wording.js';
import { InDoubtError } from '../../core/errors/run-errors.js';
import type { Outcome } from '../../core/ports/ports.js';
import { sessionLosses, sessionReplay } from '../../core/sql/statements/session-replay.js';
import { settle } from '../catalog/in-doubt.js';
import { invalidIndexesOf } from '../catalog/invalid-indexes.js';
import { invalidIndexFindings } from '../../core/status/findings.js';
import type { ParsedStatement } from '../../core/sql/statements/statements.js';
import { actingAs } from '../connection/acting-role.js';
import { applySettings, CLEAN, PROBE_CLIENT } from '../connection/reset.js';
import { asScript } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';
import { nameSession, sessionName } from '../lock/session-name.js';
import { parseStatements } from '../parser/parse-sql.js';
import {
  claimConflict,
  isInterrupted,
  record,
  redactedError,
  requireServerError,
  retakeIfReleased,
  wasInterrupted,
  type ExecutionContext,
  type NonTransactionalTask,
} from '../execution/execution-context.js';
import { StepRun } from './run-step.js';
import { withTurn } from './with-turn.js';
import { asTargetInSession } from '../execution/target-identity.js';
import { sessionTimeouts } from '../execution/timeouts.js';

/** Runs a migration step by step, when it is its turn, and records each step. @throws InDoubtError, MigrationError */
export function runNonTransactional(context: ExecutionContext, task: NonTransactionalTask): Promise<Outcome> {
  return withTurn(context, task.program.migration.file, () => runNow(context, task));
}

async function runNow(context: ExecutionContext, task: NonTransactionalTask): Promise<Outcome> {
  const { migration } = task.program;
  if (isInterrupted(context)) return { kind: 'interrupted' };
  await context.lock.assertHeld();
  const startedAt = performance.now();
  const refused = await claim(context, task);
  if (refused) return refused;
  const settled = await settleDoubt(context, task);

  context.listener.started(migration);
  context.notices.attributeTo(migration);
  const outcome = await runSteps(context, task, settled);
  context.notices.attributeTo(undefined);
  if (outcome.kind !== 'done') return outcome;

  await complete(context, task);
  context.listener.applied(migration, Math.round(performance.now() - startedAt));
  return { kind: 'done' };
}

async function claim(context: ExecutionContext, task: NonTransactionalTask): Promise<Outcome | undefined> {
  const { connection, records, target, pooled } = context;
  const { program } = task;
  const progress = progressAt(program, task.resumeAt, task.doubt);
  const session = pooled ? [...CLEAN, ...actingAs(target.role)] : sessionSetup(context, task);
  const { error } = await connection.run(asScript(['BEGIN', ...session, ...records.claim(task, progress), 'COMMIT']));
  if (!error) return undefined;
  const server = requireServerError(context, error, recording(program));
  await record(context, 'rolling back a claim', ['ROLLBACK']);
  if (wasInterrupted(context, server)) return { kind: 'interrupted' };
  const conflict = claimConflict(context, program.migration, server);
  if (conflict) return conflict;
  throw queryError(recording(program), redactedError(context, error));
}

function recording({ migration }: NonTransactionalProgram): string {
  return `recording ${migration.file} in the history`;
}

/** Sets up a session of our own for the whole migration. */
function sessionSetup(
  { reset, target, applicationName }: ExecutionContext,
  { program }: NonTransactionalTask,
): string[] {
  const name = `SELECT ${nameSession(sessionName(applicationName, program.migration.file))}`;
  return [...reset, name, ...asTargetInSession(target), ...sessionTimeouts(program)];
}

async function complete(context: ExecutionContext, { program }: NonTransactionalTask): Promise<void> {
  const { records, target, lock } = context;
  const completion = records.completeSteps(program.migration.file);
  const probing = lock.checkSql ? [applySettings(PROBE_CLIENT)] : []; // the session still holds the lock
  const statements = ['BEGIN', ...CLEAN, ...actingAs(target.role), ...completion, 'COMMIT', ...probing];
  await record(context, recording(program), statements);
  await retakeIfReleased(context);
}

async function runSteps(context: ExecutionContext, task: NonTransactionalTask, settled: 0 | 1): Promise<Outcome> {
  const run = new StepRun(context, task);
  const from = task.resumeAt + settled;
  if (settled > 0) await run.recordDone(from);
  if (task.doubt || from > 0) reportResuming(context, task, settled);
  const failure = from > 0 ? await run.guard(from, () => restoreSession(context, task)) : undefined;
  return failure ?? run.runFrom(from);
}

function reportResuming({ listener }: ExecutionContext, task: NonTransactionalTask, settled: 0 | 1): void {
  const { program, resumeAt } = task;
  const { migration, source, steps } = program;
  const subject = migration.file;
  const textAt = (index: number): string | undefined => {
    const step = steps[index];
    return step && firstWords(stepText(program, step));
  };
  const next = steps[resumeAt + settled];
  const { line, column } = next ? locateInFile(migration, source, next.start) : {};
  const recorded = settled === 1 ? textAt(resumeAt) : undefined;
  const actual = textAt(resumeAt + settled);
  listener.warning(
    finding('RESUMED', {
      subject,
      steps: { done: resumeAt, total: steps.length },
      ...(line !== undefined && column !== undefined && { line, column }),
      ...(recorded !== undefined && { recorded }),
      ...(actual !== undefined && { actual }),
    }),
  );
  const names = sessionLosses(steps.slice(0, resumeAt)).map(({ kind, name }) => [kind, name].filter(Boolean).join(' '));
  if (names.length > 0) listener.warning(finding('LOST_SESSION', { subject, names }));
}

/** Repeats the settings of earlier steps, because their session has ended. */
async function restoreSession({ connection }: ExecutionContext, task: NonTransactionalTask): Promise<void> {
  const { source, steps } = task.program;
  const statements = sessionReplay(source.sql, steps.slice(0, task.resumeAt));
  if (statements.length === 0) return;
  const { error } = await connection.run(asScript(statements));
  if (error) throw error;
}

/**
 * Decides about the step that an earlier run may have executed without recording it.
 *
 * @returns 1 if the step is done, 0 if it must run again.
 * @throws InDoubtError if the catalog does not show whether it took effect.
 */
async function settleDoubt(context: ExecutionContext, task: NonTransactionalTask): Promise<0 | 1> {
  const { connection } = context;
  const { program, resumeAt, doubt } = task;
  if (!doubt) return 0;
  const { file } = program.migration;
  // The doubt is about the statement that was sent, even if the file has changed since.
  const statements = doubt.unchanged
    ? (program.steps[resumeAt]?.statements ?? [])
    : ((await parseStatements(doubt.statement)) ?? []);
  const verdict = await settle(connection, statements).catch(checkFailed(file));
  if (verdict === 'again' && !doubt.unchanged) await recordInvalidIndexes(context, file, statements[0]);
  if (verdict === 'again') return 0;
  if (verdict === 'done' && doubt.unchanged) return 1;
  throw new InDoubtError(file, firstWords(doubt.statement));
}

function checkFailed(file: string): (error: unknown) => never {
  return (error) => {
    throw serverErrorOf(error) ? queryError(`checking which steps of ${file} took effect`, error) : error;
  };
}

/** The file no longer has this statement, so no step will drop what it left. */
async function recordInvalidIndexes(
  context: ExecutionContext,
  file: string,
  statement: ParsedStatement | undefined,
): Promise<void> {
  const names = await invalidIndexesOf(context.connection, statement?.node).catch(checkFailed(file));
  if (names.length === 0) return;
  const statements = ['BEGIN', ...context.records.invalidIndexes(file, names), 'COMMIT'];
  await record(context, `recording the invalid indexes of ${file}`, statements);
  for (const each of invalidIndexFindings(file, names)) context.listener.warning(each);
}
