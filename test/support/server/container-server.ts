import { hasImage } from './docker-image.js';
import type { RunServer } from './test-server.js';

const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=300'];

export async function startContainerServer(image: string): Promise<RunServer> {
  // The reaper removes containers of a run that was killed. Without its image, asking for it would mean a pull.
  if (!(await hasImage('testcontainers/ryuk'))) process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  // Loaded here, as it takes most of a second.
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  const container = await new PostgreSqlContainer(image)
    .withCommand(['postgres', ...FAST.flatMap((setting) => ['-c', setting])])
    .withHealthCheck({
      test: ['CMD-SHELL', 'pg_isready --host localhost --username "$POSTGRES_USER" --dbname "$POSTGRES_DB"'],
      // The default starts a process in the container every 250 ms, as long as it lives.
      interval: 2_000,
      timeout: 5_000,
      retries: 60,
    })
    .start();
  return {
    url: container.getConnectionUri(),
    kind: `container of ${image}`,
    stop: async () => void (await container.stop()),
  };
}
