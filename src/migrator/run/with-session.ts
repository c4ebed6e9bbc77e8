import type { ConnectionListener, TargetDatabase, TargetSession } from '../../core/ports/ports.js';
import { NO_PROGRESS, withInterruption } from './interruption.js';

/** Opens a session for the duration of some work. */
export async function withSession<T>(
  database: TargetDatabase,
  work: (session: TargetSession) => Promise<T>,
  signal?: AbortSignal,
  listener?: ConnectionListener,
): Promise<T> {
  const session = await database.open(signal, listener);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Like `withSession`, for work that runs no migration and that a signal may interrupt. @throws InterruptedError */
export function withInterruptibleSession<T>(
  database: TargetDatabase,
  work: (session: TargetSession) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  return withInterruption(signal, NO_PROGRESS, () => withSession(database, work, signal));
}
