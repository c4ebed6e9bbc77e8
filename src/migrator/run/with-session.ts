import type { MigrationDatabase, MigrationSession } from '../../core/ports/ports.js';

/** Opens a session for the time of one piece of work. */
export async function withSession<T>(
  database: MigrationDatabase,
  work: (session: MigrationSession) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const session = await database.open(signal);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
