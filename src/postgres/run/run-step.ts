import type { RunOutcome } from '../../core/ports/ports.js';
import type { StepwiseProgram } from '../../core/compile/program.js';
import { stepProgress } from '../../core/compile/resume.js';
import type { Statement } from '../../core/sql/statements/statements.js';
import { locksOut } from '../../core/sql/statements/autocommit.js';
import type { Step } from '../../core/sql/statements/steps.js';
import { actingAs } from '../connection/acting-role.js';
import { progressSql, stepFailureSql } from '../history/history-sql.js';
import { dropInvalidLeftovers } from '../catalog/invalid-indexes.js';
import { bodyPart, Message, part } from './message.js';
import { isPassing } from '../connection/passing.js';
import { localTimeouts, Patience } from './polite.js';
import { failed, must, recordedError, serverSaid, wasInterrupted, type RunContext } from './run-context.js';
import { concurrentDetach, detachState, finalizeDetach } from '../catalog/pending-detach.js';
import { CLEAN } from '../connection/reset.js';
import { runScript } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';

/** For the time of one transaction: a file may have given up the right to write the history. */
function asOurselves({ role }: RunContext): string[] {
  return ['SET LOCAL SESSION AUTHORIZATION DEFAULT', 'SET LOCAL ROLE NONE', ...actingAs(role)];
}

/** Statements that record that so many steps are done; to be run inside a transaction. */
export function recordProgress(context: RunContext, program: StepwiseProgram, done: number): string[] {
  const { settings, table } = context;
  if (!settings.tracked) return [];
  return [
    ...asOurselves(context),
    progressSql(table, program.migration.file, settings.runId, stepProgress(program, done)),
  ];
}

/** Runs one step and records it; once more, when it could not have its locks. */
export async function runStep(
  context: RunContext,
  program: StepwiseProgram,
  step: Step,
  index: number,
): Promise<RunOutcome> {
  const patience = new Patience(context);
  for (;;) {
    await context.assertLocked();
    const outcome = await tryStep(context, program, step, index, patience);
    if (outcome.kind !== 'again') return outcome;
  }
}

async function tryStep(
  context: RunContext,
  program: StepwiseProgram,
  step: Step,
  index: number,
  patience: Patience,
): Promise<RunOutcome | { kind: 'again' }> {
  const { client, settings, table } = context;
  const { migration, source, steps } = program;
  const progress = recordProgress(context, program, index + 1);
  const body = bodyPart(source.sql.slice(step.start, step.end), step.start, step.statements);
  const alone = step.kind === 'autocommit';
  const message = new Message(
    alone
      ? [body]
      : [
          part('begin', [step.begin, ...asInSession(context, program), ...stepTimeouts(context, program, index)]),
          body,
          part('complete', progress),
          part('commit', ['COMMIT']),
        ],
  );

  const recordAfter = ['BEGIN', ...progress, 'COMMIT'];
  if (await finishedEarlier(context, step)) {
    if (settings.tracked) await must(context, 'recording progress', recordAfter);
    return { kind: 'done' };
  }
  const limited = alone && (await limitWaiting(context, program, step, index));
  const { error, completed } = await runScript(client, message.text);
  if (error) {
    context.notices.attributeTo(undefined); // a ROLLBACK without a transaction warns
    const server = serverSaid(error, `running ${migration.file}`);
    const place = message.locate(completed, server.position);
    if ((!alone || limited) && isPassing(server)) {
      await must(context, 'rolling back', ['ROLLBACK', ...(limited ? [NO_LOCK_LIMIT] : [])]);
      if (await patience.allowsAnother(program, server)) return { kind: 'again' };
    }
    const interrupted = wasInterrupted(context, server);
    const why = interrupted ? `interrupted in step ${index + 1} of ${steps.length}` : recordedError(server, program);
    const record = settings.tracked ? [stepFailureSql(table, migration.file, settings.runId, why)] : [];
    await must(context, 'recording a failed migration', ['ROLLBACK', ...CLEAN, ...actingAs(context.role), ...record]);
    if (interrupted) return { kind: 'interrupted' };
    return failed(
      program,
      server,
      place?.offset ?? step.statements.at(-1)?.start,
      { kind: 'partial', stepsDone: index, stepsTotal: steps.length },
      error,
    );
  }
  const recorded = alone && settings.tracked ? recordAfter : [];
  const lifted = limited ? [NO_LOCK_LIMIT] : [];
  if (recorded.length + lifted.length > 0) await must(context, 'recording progress', [...recorded, ...lifted]);
  return { kind: 'done' };
}

/** A session of our own has all this since the claim, unless the file changed it since; a pooled one has nothing. */
function asInSession({ pooled, role, timeouts }: RunContext, program: StepwiseProgram): string[] {
  if (!pooled) return [];
  return [
    ...actingAs(role),
    `SET LOCAL statement_timeout = ${timeouts.statementMs}`,
    `SET LOCAL lock_timeout = ${timeouts.lockMs}`,
    ...localTimeouts(program),
  ];
}

/**
 * What commits together with its record must not keep the application waiting, unless the file says how long it may.
 */
function stepTimeouts({ timeouts }: RunContext, program: StepwiseProgram, index: number): string[] {
  return hasDecided(program, index) ? [] : [`SET LOCAL lock_timeout = ${timeouts.lockMs}`];
}

const NO_LOCK_LIMIT = 'SET lock_timeout = 0';

/**
 * The same for one that commits by itself. A pooled session is not ours to set. @returns whether the limit is to be
 * lifted behind the step.
 */
async function limitWaiting(
  { client, pooled, timeouts }: RunContext,
  program: StepwiseProgram,
  step: Step,
  index: number,
): Promise<boolean> {
  const [first] = step.statements;
  if (pooled || !first?.node || !locksOut(first.node) || hasDecided(program, index)) return false;
  // A function of the file's may have set it.
  const { lastValue } = await runScript(client, `SELECT pg_catalog.current_setting('lock_timeout')`);
  if (lastValue !== '0') return false;
  return (await runScript(client, `SET lock_timeout = ${timeouts.lockMs}`)).error === undefined;
}

/** Whether the file itself has said, up to this step, how long it may wait. */
function hasDecided({ timeouts, steps }: StepwiseProgram, index: number): boolean {
  return (
    timeouts.lockTimeout !== undefined || steps.slice(0, index + 1).some((step) => step.statements.some(setsItself))
  );
}

/** Before each step: an invalid index of an earlier attempt would be taken for the one that is wanted. */
export async function clearTheWay({ client, listener, settings: { signal } }: RunContext, step: Step): Promise<void> {
  const onWait = (index: string): void =>
    listener.warning(`waiting for another backend, which is building the index ${index}`);
  try {
    for (const name of await dropInvalidLeftovers(client, step.statements[0]?.node, { onWait, signal }))
      listener.warning(`dropped the invalid index ${name}, which an earlier attempt left behind`);
  } catch (error) {
    if (!signal?.aborted) throw queryError('looking for invalid indexes', error);
  }
}

/** A concurrent detach that stopped half-way cannot be begun again, only finished. */
async function finishedEarlier({ client, listener }: RunContext, step: Step): Promise<boolean> {
  const detach = concurrentDetach(step.statements[0]?.node);
  if (!detach) return false;
  try {
    if ((await detachState(client, detach)) !== 'pending') return false;
    await finalizeDetach(client, detach);
  } catch (error) {
    throw queryError('finishing a detach', error);
  }
  listener.warning(`finished the detach of ${detach.partition.relname}, which an earlier attempt left pending`);
  return true;
}

function setsItself({ node }: Statement): boolean {
  return node !== undefined && 'VariableSetStmt' in node && node.VariableSetStmt.name === 'lock_timeout';
}
