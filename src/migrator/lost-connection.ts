import { DatabaseConnectionError } from '../core/errors.js';
import type { MigrationDatabase } from '../core/ports.js';
import type { EmitEvent } from '../core/events.js';
import { acquireLock } from './lock.js';
import { withSession } from './with-session.js';

/**
 * How long the server may take to notice that the lost connection is lost: until then it goes on, and may yet commit.
 * Its probes take 25 s.
 */
const SERVER_PATIENCE_MS = 40_000;

export function isLostConnection(error: unknown): error is DatabaseConnectionError {
  return error instanceof DatabaseConnectionError && error.code === 'CONNECTION_LOST';
}

/**
 * Finds out what a run whose connection was lost has applied. Only the history knows: a COMMIT may have succeeded
 * although its answer never came. The lock is taken first, because while the lost session holds it, it is still at
 * work.
 *
 * @returns those of the planned migrations that this run applied, when all are applied by now: another process may have
 *   done the rest.
 * @throws DatabaseConnectionError that says what is applied and what is not, as far as it can be known.
 */
export async function resolveLoss(
  database: MigrationDatabase,
  runId: string,
  planned: readonly string[],
  lost: DatabaseConnectionError,
  emit: EmitEvent,
): Promise<readonly string[]> {
  const found = await lookAgain(database, runId, planned, emit).catch(() => undefined);
  if (!found) {
    throw new DatabaseConnectionError(
      'CONNECTION_LOST',
      `${lost.message} The history could not be read again, so what was applied of ${planned.join(', ')} is not known. Start again: the next run reads it.`,
      lost.sqlstate,
      { cause: lost },
    );
  }
  const missing = planned.filter((file) => !found.applied.includes(file));
  if (missing.length === 0) {
    emit({ type: 'warning', message: `${lost.message} The history says that everything was applied before that.` });
    return found.byThisRun;
  }
  throw new DatabaseConnectionError(
    'CONNECTION_LOST',
    `${lost.message} The history says: applied ${found.applied.join(', ') || 'none'}; not applied ${missing.join(', ')}. ` +
      (found.ended
        ? 'Start again.'
        : 'The lost session is still at work in the server: wait for it, or end its backend, and start again.'),
    lost.sqlstate,
    { cause: lost },
  );
}

interface SecondLook {
  readonly applied: readonly string[];
  readonly byThisRun: readonly string[];
  /** False when the lost session still held the lock when the history was read. */
  readonly ended: boolean;
}

function lookAgain(
  database: MigrationDatabase,
  runId: string,
  planned: readonly string[],
  emit: EmitEvent,
): Promise<SecondLook> {
  return withSession(database, async (session) => {
    const settings = { lockTimeoutMs: SERVER_PATIENCE_MS, table: database.table };
    const ended = await acquireLock(session, settings, emit, () => Promise.resolve(true)).catch(() => false);
    const { rows } = await session.read();
    const done = new Map(rows.filter(({ state }) => state === 'applied').map((row) => [row.file, row.runId]));
    return {
      applied: planned.filter((file) => done.has(file)),
      byThisRun: planned.filter((file) => done.get(file) === runId),
      ended,
    };
  });
}
