import { afterAll } from '@jest/globals';
import { launchPgBouncer, type PgBouncer } from '../programs/pgbouncer-process.js';

const running: PgBouncer[] = [];
afterAll(async () => {
  await Promise.all(running.splice(0).map((pooler) => pooler.stop()));
});

/** Its own connections to the server bear the name of who used them last. */
export function poolerIsRunning(): boolean {
  return running.length > 0;
}

/** A pooler for the test file. @returns the connection string through it. */
export async function startPgBouncer(
  connectionString: string,
  settings: Record<string, string | number> = {},
): Promise<string> {
  const pooler = await launchPgBouncer(connectionString, settings);
  running.push(pooler);
  return pooler.connectionString;
}
