import { describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { MigrationsService } from '../../../src/index.js';
import type { MigrationsModuleOptions } from '../../../src/nest/configuration/options.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { startPrivateServer } from '../../support/server/private-server.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { ask, FILES, startServing } from './health-application.js';

const db = useEmptyDatabase('health');
const migrations = useMigrations(FILES);

const start = (options: MigrationsModuleOptions = {}): Promise<INestApplication> =>
  startServing({
    ...(options.pool || options.connection ? {} : { connectionString: db.connectionString }),
    directory: migrations.directory,
    ...options,
  });

/** A row as another process would leave it. */
const record = (file: string, error: string | null, running = false): Promise<unknown> =>
  db.query('INSERT INTO shared.schema_migrations (migration_file, error_message, running) VALUES ($1, $2, $3)', [
    file,
    error,
    running,
  ]);

describe('/health', () => {
  test('is 200 when everything of this release is applied', async () => {
    expect(await ask(await start())).toMatchObject({
      code: 200,
      details: {
        status: 'up',
        tracked: true,
        message: 'up to date',
        total: 2,
        applied: 2,
        pending: 0,
        failed: 0,
        running: 0,
        newestApplied: '003_b.sql',
      },
    });
  });

  test('is 503 while something is pending', async () => {
    const app = await start();
    await writeFile(join(migrations.directory, '004_c.sql'), 'SELECT 1;');
    expect(await ask(app)).toMatchObject({
      code: 503,
      details: {
        status: 'down',
        message: '1 migration of this release not applied',
        pending: 1,
        blocking: [{ file: '004_c.sql', state: 'pending' }],
      },
    });
  });

  test.each([
    ['failed', 'relation "nowhere" does not exist', false],
    ['running', 'running: not finished yet, or interrupted', true],
  ] as const)('is 503 while one of this release is %s', async (state, error, running) => {
    const app = await start();
    await writeFile(join(migrations.directory, '004_c.sql'), 'SELECT 1;');
    await record('004_c.sql', error, running);
    const { code, details, text } = await ask(app);
    expect(code).toBe(503);
    expect(details).toMatchObject({ [state]: 1, blocking: [{ file: '004_c.sql', state }] });
    expect(text).not.toContain('nowhere');
  });

  test('is up again as soon as a run has ended, cache or not', async () => {
    const app = await start({ health: { cache: 60_000 } });
    await writeFile(join(migrations.directory, '004_c.sql'), 'SELECT 1;');
    expect((await ask(app)).code).toBe(503);
    await app.get(MigrationsService).migrate();
    expect((await ask(app)).code).toBe(200);
  });

  test('stays up over the failed and running rows of another release, and counts them', async () => {
    const app = await start();
    await record('001_older.sql', 'it failed');
    await record('004_newer.sql', 'it failed');
    await record('005_newest.sql', 'running: not finished yet, or interrupted', true);
    expect(await ask(app)).toMatchObject({
      code: 200,
      details: {
        status: 'up',
        message: '3 unfinished migrations without a file',
        orphaned: 3,
        failed: 0,
        running: 0,
        pending: 0,
      },
    });
  });

  test('stays up when the database is ahead of this release, and says so', async () => {
    const app = await start();
    await record('004_newer.sql', null);
    await record('005_newest.sql', null);
    expect(await ask(app)).toMatchObject({
      code: 200,
      details: {
        message: 'the database is ahead of this release by 2 migrations',
        ahead: 2,
        newestApplied: '005_newest.sql',
      },
    });
  });

  test('stays up over drift', async () => {
    const app = await start();
    await rm(join(migrations.directory, '002_a.sql'));
    await writeFile(join(migrations.directory, '003_b.sql'), 'SELECT 2;');
    expect(await ask(app)).toMatchObject({
      code: 200,
      details: { message: '1 file changed since applied; 1 applied file missing', missing: 1, changed: 1 },
    });
  });

  test('on an empty database is 503, and creates nothing', async () => {
    const app = await start({ onBootstrap: 'off' });
    expect(await ask(app)).toMatchObject({ code: 503, details: { pending: 2, newestApplied: null } });
    expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
  });

  test('is up and says that tracking is off with tracking: false', async () => {
    const app = await start({ tracking: false });
    expect(await ask(app)).toMatchObject({
      code: 200,
      details: { status: 'up', tracked: false, message: 'tracking is off' },
    });
  });

  test('is 503 when the directory is gone', async () => {
    const app = await start();
    await rm(migrations.directory, { recursive: true });
    const { code, details, text } = await ask(app);
    expect(code).toBe(503);
    expect(details).toMatchObject({ message: 'the migrations directory cannot be read' });
    expect(text).not.toContain(migrations.directory);
  });

  test('is 503 when the table is not a history table', async () => {
    const app = await start();
    await db.query('DROP TABLE shared.schema_migrations; CREATE TABLE shared.schema_migrations (version text)');
    expect(await ask(app)).toMatchObject({ code: 503, details: { message: 'the history table cannot be used' } });
  });
});

describe('a database that is away', () => {
  test('is 503 with a reason of its own and without connection data, and 200 once it is back', async () => {
    const server = await startPrivateServer();
    const url = new URL(server.connectionString());
    url.password = 'hunter2';
    const app = await start({ connection: { connectionString: url.href } });
    expect((await ask(app)).code).toBe(200);
    await server.stop('immediate');

    const { code, details, text } = await ask(app);
    expect(code).toBe(503);
    expect(details).toEqual({ status: 'down', tracked: true, message: 'the database cannot be reached' });
    for (const secret of ['hunter2', String(server.port), server.host, 'postgres://'])
      expect(text).not.toContain(secret);

    await server.start();
    expect((await ask(app)).code).toBe(200);
  });

  test('is 503 within the timeout when it does not answer', async () => {
    const app = await start({ health: { cache: 0, timeout: 250 }, timeouts: { read: 700 } });
    await withClient(db.connectionString, async (client) => {
      await client.query('BEGIN; LOCK TABLE shared.schema_migrations');
      const startedAt = performance.now();
      expect(await ask(app)).toMatchObject({ code: 503, details: { message: 'no answer within 250 ms' } });
      expect(performance.now() - startedAt).toBeLessThan(650);
      await client.query('ROLLBACK');
    });
  });
});
