import { describe, expect, test } from '@jest/globals';
import { localPostgresImage } from './docker-image.js';
import { skipAloud } from '../jest/needs.js';
import { runProcess, typescriptArguments } from '../programs/process.js';

/** A container takes its time to start, the more so when other tests run. */
const PATIENCE_MS = 90_000;

const CHILD = new URL('./test-server.child.ts', import.meta.url).pathname;
const image = await localPostgresImage();

function testServer(env: Record<string, string | undefined>): ReturnType<typeof runProcess> {
  const defaults = { TEST_SERVER: undefined, TEST_DATABASE_URL: undefined, TEST_POSTGRES_VERSION: undefined };
  return runProcess(process.execPath, [...typescriptArguments, CHILD], {
    env: { ...defaults, ...env },
    timeoutMs: PATIENCE_MS,
  });
}

describe('without a Docker engine', () => {
  const nowhere = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

  test('the server is that of the npm binaries', async () => {
    const { stdout, stderr } = await testServer(nowhere);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ description: expect.stringMatching(/^PostgreSQL \d.*, embedded on/) });
  });

  test('a run that asks for a container fails, rather than take another server', async () => {
    const { code, stderr } = await testServer({ ...nowhere, TEST_SERVER: 'testcontainers' });
    expect(code).toBe(1);
    expect(stderr).toContain('no Docker engine with a postgres image answers');
  });
});

const describeWithImage = image ? describe : skipAloud('no Docker engine has a postgres image (npm run docker:image)');

describeWithImage('with a Docker engine that has a postgres image', () => {
  test(
    'the server is a container of it, unasked, and it is gone afterwards',
    async () => {
      const { stdout, stderr } = await testServer({});
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({
        description: expect.stringMatching(`^PostgreSQL \\d.*, container of ${image}$`),
        rows: [{ one: 1 }],
        containers: { during: expect.stringMatching(/^[0-9a-f]+$/), after: '' },
      });
    },
    PATIENCE_MS,
  );

  test('TEST_SERVER=embedded wins over it', async () => {
    const { stdout } = await testServer({ TEST_SERVER: 'embedded' });
    expect(JSON.parse(stdout)).toMatchObject({ description: expect.stringContaining('embedded on') });
  });
});
