import { DatabaseConnectionError, LockTimeoutError } from '../../core/errors/errors.js';
import type { MigrationSession } from '../../core/ports/ports.js';
import type { Dependencies } from './dependencies.js';
import { acquireLock } from './lock.js';
import { withSession } from './with-session.js';

/**
 * How long the server may take to notice that the lost connection is lost: until then it goes on, and may yet commit.
 * Its probes take 25 s.
 */
const SERVER_PATIENCE_MS = 40_000;

/** A run whose connection was lost. */
export interface LostRun {
  readonly runId: string;
  readonly planned: readonly string[];
  /** The backend that held the lock, as far as that is known. */
  readonly lockBackend: string | undefined;
  /** Ends the search for what became of it. */
  readonly signal: AbortSignal | undefined;
}

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
  dependencies: Pick<Dependencies, 'database' | 'emit'>,
  run: LostRun,
  lost: DatabaseConnectionError,
): Promise<readonly string[]> {
  const { planned } = run;
  const found = await lookAgain(dependencies, run).catch(() => undefined);
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
    dependencies.emit({
      type: 'warning',
      message: `${lost.message} The history says that everything was applied before that.`,
    });
    return found.byThisRun;
  }
  throw new DatabaseConnectionError(
    'CONNECTION_LOST',
    `${lost.message} The history says: applied ${found.applied.join(', ') || 'none'}; not applied ${missing.join(', ')}. ${WAYS_OUT[found.lostSession]}`,
    lost.sqlstate,
    { cause: lost },
  );
}

/** What became of the lost session. */
type LostSession = 'ended' | 'at-work' | 'behind-standby';

const WAYS_OUT: Readonly<Record<LostSession, string>> = {
  ended: 'Start again.',
  'at-work': 'The lost session is still at work in the server: wait for it, or end its backend, and start again.',
  'behind-standby':
    'The server that answers now is read-only, a standby: what the primary has may be more. Connect to the primary, and start again.',
};

interface SecondLook {
  readonly applied: readonly string[];
  readonly byThisRun: readonly string[];
  readonly lostSession: LostSession;
}

function lookAgain({ database, emit }: Pick<Dependencies, 'database' | 'emit'>, run: LostRun): Promise<SecondLook> {
  const { runId, planned, lockBackend, signal } = run;
  const look = async (session: MigrationSession): Promise<SecondLook> => {
    const settings = { lockTimeoutMs: SERVER_PATIENCE_MS, table: database.table };
    const lostSession = await acquireLock(
      session,
      settings,
      emit,
      () => endStranded(session, lockBackend),
      signal,
    ).then((): LostSession => 'ended', whyNotTaken);
    const { rows } = await session.read();
    const done = new Map(rows.filter(({ state }) => state === 'applied').map((row) => [row.file, row.runId]));
    return {
      applied: planned.filter((file) => done.has(file)),
      byThisRun: planned.filter((file) => done.get(file) === runId),
      lostSession,
    };
  };
  return withSession(database, look, signal);
}

/** The lost session may wait for us for hours: a network that stalls does not tell it that we are gone. */
async function endStranded(session: MigrationSession, lockBackend: string | undefined): Promise<true> {
  if (lockBackend !== undefined) await session.endStrandedHolder(lockBackend);
  return true;
}

function whyNotTaken(error: unknown): LostSession {
  if (error instanceof LockTimeoutError) return 'at-work';
  if (error instanceof DatabaseConnectionError && error.code === 'READ_ONLY') return 'behind-standby';
  throw error;
}
