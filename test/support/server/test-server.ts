import pg from 'pg';
import { startContainerServer } from './container-server.js';
import { localPostgresImage } from './docker-image.js';
import { startEphemeralServer } from './ephemeral-server.js';

/** A server for a test run, and the way to be rid of it. */
export interface RunServer {
  url: string;
  kind: string;
  stop(): Promise<void>;
}

let current: RunServer | undefined;

/**
 * `TEST_DATABASE_URL` first, then a container when its image is already there, else the binaries from npm: those of
 * `TEST_POSTGRES_VERSION`, which asks for them.
 */
export async function startTestServer(): Promise<{ url: string; version: string; description: string }> {
  current = await choose();
  try {
    const version = await versionOf(current.url);
    const asked = process.env['TEST_POSTGRES_VERSION'];
    if (asked && Number.parseInt(version, 10) !== Number(asked)) {
      throw new Error(`TEST_POSTGRES_VERSION is ${asked}, but the server is PostgreSQL ${version}.`);
    }
    return { url: current.url, version, description: `PostgreSQL ${version}, ${current.kind}` };
  } catch (error) {
    await stopTestServer();
    throw error;
  }
}

export async function stopTestServer(): Promise<void> {
  await current?.stop();
  current = undefined;
}

async function choose(): Promise<RunServer> {
  const { TEST_DATABASE_URL: url, TEST_SERVER: forced, TEST_POSTGRES_VERSION: version } = process.env;
  if (forced !== undefined && forced !== 'embedded' && forced !== 'testcontainers') {
    throw new Error(`TEST_SERVER is "${forced}"; it can be "embedded" or "testcontainers".`);
  }
  if (version && forced === 'testcontainers')
    throw new Error('TEST_POSTGRES_VERSION names binaries from npm, and TEST_SERVER asks for a container.');
  if (version) return startEmbedded();
  if (url && !forced) return { url, kind: 'the server of TEST_DATABASE_URL', stop: async () => {} };
  if (forced === 'embedded') return startEmbedded();
  const image = await localPostgresImage();
  if (image !== undefined) return startContainerServer(image);
  if (forced === 'testcontainers')
    throw new Error('TEST_SERVER is "testcontainers", but no Docker engine with a postgres image answers.');
  return startEmbedded();
}

async function startEmbedded(): Promise<RunServer> {
  const server = await startEphemeralServer({ max_connections: '300' });
  return { url: server.connectionString(), kind: `embedded on port ${server.port}`, stop: () => server.remove() };
}

async function versionOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? '';
  } finally {
    await client.end();
  }
}
