import { DatabaseConnectionError } from '../../core/errors/database-errors.js';
import { LockTimeoutError } from '../../core/errors/lock-errors.js';
import { MigrationError } from '../../core/errors/migration-error.js';
import { list } from '../../core/errors/wording.js';
import type { ConnectionListener, TargetDatabase, TargetSession } from '../../core/ports/ports.js';
import { acquireLock, type LockWait } from './acquire-lock.js';
import { withSession } from './with-session.js';

/**
 * How long the server may take to detect that the connection is lost: until then it continues and may still commit. Its
 * probes take 25 s.
 */
const SERVER_DETECTION_MS = 40_000;

/** A run whose connection was lost. */
interface LostRun {
  readonly runId: string;
  readonly planned: readonly string[];
  /** The backend that held the lock, if known. */
  readonly lockBackend: string | undefined;
  readonly wait: LockWait;
  readonly connecting: ConnectionListener;
}

/** What the history says about a run whose connection was lost. */
interface ResolvedLoss {
  /** The planned migrations that this run applied; another process may have applied others. */
  readonly byThisRun: readonly string[];
  /** Says which planned migrations are applied and which are not, if not all are. */
  readonly error: DatabaseConnectionError | undefined;
}

/** True if the outcome of the last statement is unknown. */
export function isLostConnection(error: unknown): error is DatabaseConnectionError {
  return error instanceof DatabaseConnectionError && error.code === 'CONNECTION_LOST';
}

/**
 * Finds out what a run had applied when it lost its connection. Only the history knows: a COMMIT may have succeeded
 * although the response never arrived. Takes the lock first, because the lost session is still working while it holds
 * the lock.
 *
 * @throws DatabaseConnectionError if the history cannot be read.
 */
export async function resolveLoss(
  database: TargetDatabase,
  run: LostRun,
  lost: DatabaseConnectionError,
): Promise<ResolvedLoss> {
  const reading = withSession(database, (session) => reread(session, run), run.wait.signal, run.connecting);
  const found = await reading.catch((error: unknown) => {
    throw lossError(lost, unknownOutcome(run.planned, error), error);
  });
  const { applied, byThisRun, lostSession } = found;
  const missing = run.planned.filter((file) => !applied.includes(file));
  if (missing.length === 0) return { byThisRun, error: undefined };
  const outcome = `The history says: applied ${list(applied)}; not applied ${list(missing)}. ${REMEDIES[lostSession]}`;
  return { byThisRun, error: lossError(lost, outcome) };
}

function unknownOutcome(planned: readonly string[], error: unknown): string {
  const why = error instanceof MigrationError ? error.message : String(error);
  return `The history could not be read again (${why}), so it is not known which of these migrations were applied: ${list(planned)}. Start again: the next run reads the history.`;
}

function lossError(lost: DatabaseConnectionError, outcome: string, cause: unknown = lost): DatabaseConnectionError {
  return new DatabaseConnectionError('CONNECTION_LOST', `${lost.reason} ${outcome}`, lost.sqlstate, { cause });
}

type LostSession = 'ended' | 'running' | 'on-standby';

const REMEDIES: Readonly<Record<LostSession, string>> = {
  ended: 'Start again.',
  running:
    'The lost session is still running on the server: wait until it ends, or terminate its backend, and start again.',
  'on-standby':
    'The server that responds now is a read-only standby; the primary may have applied more. Connect to the primary and start again.',
};

interface HistoryAfterLoss {
  readonly applied: readonly string[];
  readonly byThisRun: readonly string[];
  readonly lostSession: LostSession;
}

async function reread({ lock, history }: TargetSession, run: LostRun): Promise<HistoryAfterLoss> {
  const { runId, planned, lockBackend, wait } = run;
  // The lost session may wait for us for hours: a stalled connection does not show that we are gone.
  const tryTake = async (): Promise<boolean> => {
    if (await lock.tryTake()) return true;
    if (lockBackend !== undefined) await lock.endStranded(lockBackend);
    return false;
  };
  const taking = acquireLock({ tryTake, holder: () => lock.holder() }, { ...wait, timeoutMs: SERVER_DETECTION_MS });
  const lostSession = await taking.then((): LostSession => 'ended', stateOfLostSession);
  const { rows } = await history.read();
  if (lostSession === 'ended') await history.auditRun(runId);
  const done = new Map(rows.filter(({ state }) => state === 'applied').map((row) => [row.file, row.runId]));
  return {
    applied: planned.filter((file) => done.has(file)),
    byThisRun: planned.filter((file) => done.get(file) === runId),
    lostSession,
  };
}

function stateOfLostSession(error: unknown): LostSession {
  if (error instanceof LockTimeoutError) return 'running';
  if (error instanceof DatabaseConnectionError && error.code === 'READ_ONLY') return 'on-standby';
  throw error;
}
