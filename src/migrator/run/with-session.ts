import type { OnConnectionRetry, TargetDatabase, TargetSession } from '../../core/ports/ports.js';

/** Opens a session for the duration of some work. */
export async function withSession<T>(
  database: TargetDatabase,
  work: (session: TargetSession) => Promise<T>,
  signal?: AbortSignal,
  onRetry?: OnConnectionRetry,
): Promise<T> {
  const session = await database.open(signal, onRetry);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
