import type { ConnectionListener, TargetDatabase, TargetSession } from '../../core/ports/ports.js';

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
