import type { Task } from '../../core/compile/task.js';
import { locateInFile } from '../../core/compile/source-text.js';
import { openTogether } from '../../core/compile/transaction-modes.js';
import type { RehearsalFailure, RehearsalResult, RehearsedMigration } from '../../core/ports/rehearsal.js';
import { nonTransactionalText } from '../../core/problems/non-transactional-reason.js';
import { queryError } from '../connection/server-error.js';
import {
  redactedError,
  requireServerError,
  wasInterrupted,
  type ExecutionContext,
  type TransactionalTask,
} from '../execution/execution-context.js';
import { isTransactional } from '../execution/grouping.js';
import { Message, part, type Part } from '../execution/message.js';
import { asTarget } from '../execution/target-identity.js';
import { localTimeouts } from '../execution/timeouts.js';
import { bodiesOf, canShareMessage, startOfMessage } from '../transactional/surroundings.js';
import { rollBack } from '../transactional/roll-back.js';
import { Observation } from './observation.js';

/**
 * Checks constraints at the end of each migration, as its COMMIT would. Those that are initially deferred are
 * deferred again: SET CONSTRAINTS lasts until the end of the transaction.
 */
const CHECK_CONSTRAINTS: readonly string[] = [
  'SET CONSTRAINTS ALL IMMEDIATE',
  `DO $$ DECLARE names text; BEGIN
    SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%I.%I', s.nspname, c.conname), ', ') INTO names
      FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace s ON s.oid = c.connamespace WHERE c.condeferred;
    IF names IS NOT NULL THEN EXECUTE 'SET CONSTRAINTS ' || names || ' DEFERRED'; END IF;
  END $$`,
];

/**
 * Runs transactional migrations in order in one transaction, observes what each does, and rolls everything
 * back, except the values drawn from sequences.
 *
 * @throws MigrationError
 */
export async function rehearse(context: ExecutionContext, tasks: readonly Task[]): Promise<RehearsedMigration[]> {
  const observation = await Observation.begin(context.connection);
  const programs = tasks.filter(isTransactional).map(({ program }) => program);
  try {
    await send(context, [startOfMessage(context, context.reset), part('begin', openTogether(programs))]);
    return await rehearseAll(context, tasks, observation);
  } finally {
    await rollBack(context);
  }
}

async function rehearseAll(
  context: ExecutionContext,
  tasks: readonly Task[],
  observation: Observation,
): Promise<RehearsedMigration[]> {
  const results: RehearsedMigration[] = [];
  let failed: string | undefined;
  for (const task of tasks) {
    const { program } = task;
    const { file } = program.migration;
    if (failed !== undefined) {
      results.push({ file, outcome: 'not-rehearsed', reason: `${failed} failed before it` });
    } else if (program.kind === 'non-transactional') {
      const { reason, value } = program.why;
      results.push({ file, outcome: 'not-rehearsed', reason: nonTransactionalText(reason, value) });
    } else if (isTransactional(task)) {
      const result = await rehearseOne(context, task, observation);
      results.push({ file, ...result });
      if (result.outcome === 'failed') failed = file;
    }
  }
  return results;
}

async function rehearseOne(
  context: ExecutionContext,
  task: TransactionalTask,
  observation: Observation,
): Promise<RehearsalResult | RehearsalFailure> {
  const startedAt = performance.now();
  const elapsed = (): number => Math.round(performance.now() - startedAt);
  const identity = part('announce', [...asTarget(context.target), ...localTimeouts(task.program)], task);
  const check = part('complete', CHECK_CONSTRAINTS, task);
  const bodies = bodiesOf(task);
  const messages = canShareMessage(task)
    ? [[identity, ...bodies, check]]
    : [identity, ...bodies, check].map((each) => [each]);
  for (const parts of messages) {
    const failure = await send(context, parts, task);
    if (failure) return { outcome: 'failed', durationMs: elapsed(), ...failure };
  }
  const durationMs = elapsed();
  const seen = await observation.next();
  await send(context, [part('reset', context.reset)]);
  return { outcome: 'rehearsed', durationMs, ...seen };
}

type Failure = Omit<RehearsalFailure, 'outcome' | 'durationMs'>;

/** @returns how the migration failed. @throws MigrationError if it was interrupted, or if something else failed. */
async function send(
  context: ExecutionContext,
  parts: readonly Part[],
  task?: TransactionalTask,
): Promise<Failure | undefined> {
  const message = new Message(parts);
  if (message.text === '') return undefined;
  const { error, completed } = await context.connection.run(message.text, { copyRows: message.copyRows });
  if (!error) return undefined;
  const server = requireServerError(context, error, 'rehearsing migrations');
  if (!task || wasInterrupted(context, server))
    throw queryError('rehearsing migrations', redactedError(context, error));
  const offset = message.locate(completed, server.position)?.offset;
  const place = offset === undefined ? undefined : locateInFile(task.program.migration, task.program.source, offset);
  const { sqlstate, hint } = server;
  return { sqlstate, message: server.message, hint, line: place?.line, column: place?.column, excerpt: place?.excerpt };
}
