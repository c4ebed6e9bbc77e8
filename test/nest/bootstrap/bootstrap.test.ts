import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { MIGRATIONS_READY, MigrationsService, NotUpToDateError, type MigrationsReady } from '../../../src/index.js';
import type { MigrationsModuleOptions } from '../../../src/nest/configuration/options.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { startPrivateServer } from '../../support/server/private-server.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';
import { startWith } from '../support/application.js';
import { RecordingLogger } from '../support/recording-logger.js';

const db = useEmptyDatabase('bootstrap');

const FILES = { '001_a.sql': 'CREATE TABLE a (id int);', '002_b.sql': 'CREATE TABLE b (id int);' };
const BROKEN = { ...FILES, '002_b.sql': 'SELECT * FROM nowhere;' };

const optionsWith = async (
  files: Record<string, string>,
  options: MigrationsModuleOptions = {},
): Promise<MigrationsModuleOptions> => ({
  connectionString: db.connectionString,
  directory: await migrationsDirectory(files),
  ...options,
});

describe('onBootstrap: "migrate"', () => {
  test('is the default, and says what it did', async () => {
    const logger = new RecordingLogger();
    const options = await optionsWith(FILES);
    await startWith(options, {}, logger);
    expect(logger.migrations).toEqual([
      `log Applying 2 pending migrations to ${db.name}/shared.schema_migrations`,
      'debug 1 of 2: 001_a.sql',
      expect.stringMatching(/^log Applied 001_a\.sql in \d+ ms$/),
      'debug 2 of 2: 002_b.sql',
      expect.stringMatching(/^log Applied 002_b\.sql in \d+ ms$/),
      expect.stringMatching(/^log Applied 2 migrations in \d+ ms$/),
    ]);
    const second = new RecordingLogger();
    await startWith(options, {}, second);
    expect(second.migrations).toEqual(['log Database is up to date (2 applied)']);
  });

  test('logs the notices of a migration', async () => {
    const logger = new RecordingLogger();
    const file = `DO $$ BEGIN RAISE NOTICE 'by the way'; RAISE WARNING 'look out'; END $$;`;
    await startWith(await optionsWith({ '001_talk.sql': file }), {}, logger);
    expect(logger.migrations).toContain('debug 001_talk.sql: NOTICE: by the way');
    expect(logger.migrations).toContain('warn 001_talk.sql: WARNING: look out');
  });

  test('rethrows what stopped the start with abortOnError: false, and leaves nothing open', async () => {
    const logger = new RecordingLogger();
    const starting = startWith(await optionsWith(BROKEN), {}, logger);
    await expect(starting).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      file: '002_b.sql',
      failure: { applied: ['001_a.sql'], pending: [] },
      cause: expect.objectContaining({ code: '42P01' }),
    });
    expect(logger.migrations.filter((line) => line.startsWith('debug'))).toHaveLength(2);
    await expectNoLeftovers(db);
  });

  test('tries a failed migration again at the next start', async () => {
    await expect(startWith(await optionsWith(BROKEN))).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    expect(await outcomes(db)).toMatchObject({
      '001_a.sql': 'applied',
      '002_b.sql': expect.stringContaining('nowhere'),
    });
    const app = await startWith(await optionsWith(FILES));
    expect(app.get<MigrationsReady>(MIGRATIONS_READY).run?.applied).toEqual(['002_b.sql']);
    expect(await outcomes(db)).toEqual({ '001_a.sql': 'applied', '002_b.sql': 'applied' });
  });

  test('refuses a late migration only with policy.outOfOrder: "fail"', async () => {
    await startWith(await optionsWith(FILES));
    const late = { ...FILES, '001_and_a_half.sql': 'CREATE TABLE half ();' };
    await expect(startWith(await optionsWith(late, { policy: { outOfOrder: 'fail' } }))).rejects.toMatchObject({
      code: 'REFUSED',
    });
    expect(await relations(db)).not.toContain('half');
    const logger = new RecordingLogger();
    await startWith(await optionsWith(late), {}, logger);
    expect(logger.migrations).toContain(
      'warn 001_and_a_half.sql runs out of order: newer migrations have been applied already. [RUNS_OUT_OF_ORDER]',
    );
    expect(await relations(db)).toContain('half');
  });

  test.each([
    ['fail', 'refused', []],
    ['alert', 'started', [expect.stringMatching(/^warn 001_a\.sql was changed after it was applied: .* \[CHANGED\]$/)]],
    ['note', 'started', []],
    ['warn', 'started', [expect.stringMatching(/^warn 001_a\.sql was changed after it was applied: .* \[CHANGED\]$/)]],
    ['ignore', 'started', []],
  ] as const)('with policy.changed: "%s" an edited migration means: %s', async (changed, outcome, warnings) => {
    await startWith(await optionsWith(FILES));
    const logger = new RecordingLogger();
    const edited = await optionsWith({ ...FILES, '001_a.sql': 'CREATE TABLE a (id bigint);' }, { policy: { changed } });
    const result = await startWith(edited, {}, logger).then(
      () => 'started',
      (error: { code: string }) => error.code.toLowerCase(),
    );
    expect(result).toBe(outcome);
    expect(logger.migrations.filter((line) => line.startsWith('warn'))).toEqual(warnings);
  });

  test('with transaction: "all" applies all or nothing', async () => {
    await expect(startWith(await optionsWith(BROKEN, { transaction: 'all' }))).rejects.toThrow(
      'All migrations of this run were rolled back together',
    );
    expect(await relations(db)).toEqual([]);
  });
});

describe('onBootstrap: "validate"', () => {
  test('refuses to start while something is pending, and creates nothing', async () => {
    const starting = startWith(await optionsWith(FILES, { onBootstrap: 'validate' }));
    await expect(starting).rejects.toBeInstanceOf(NotUpToDateError);
    await expect(starting).rejects.toMatchObject({ pending: ['001_a.sql', '002_b.sql'], failed: [] });
    expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
    await expectNoLeftovers(db);
  });

  test('refuses to start while something is failed', async () => {
    await expect(startWith(await optionsWith(BROKEN))).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    await expect(startWith(await optionsWith(FILES, { onBootstrap: 'validate' }))).rejects.toMatchObject({
      pending: [],
      failed: ['002_b.sql'],
    });
  });

  test('starts when everything is applied', async () => {
    const options = await optionsWith(FILES);
    await startWith(options);
    const logger = new RecordingLogger();
    await startWith({ ...options, onBootstrap: 'validate' }, {}, logger);
    expect(logger.migrations).toEqual([`log ${db.name}/shared.schema_migrations is up to date`]);
  });
});

describe('onBootstrap: "off"', () => {
  test('does not even connect', async () => {
    const app = await startWith({
      connectionString: 'postgres://127.0.0.1:1/nowhere',
      directory: 'does-not-exist',
      onBootstrap: 'off',
    });
    expect(app.get<MigrationsReady>(MIGRATIONS_READY)).toEqual({ run: undefined });
  });
});

describe('tracking: false', () => {
  const SEED = { '001_a.sql': 'CREATE TABLE IF NOT EXISTS a (id int);', '002_seed.sql': 'INSERT INTO a VALUES (1);' };

  test('runs every file at each start and records nothing', async () => {
    const options = await optionsWith(SEED, { tracking: false });
    await startWith(options);
    const app = await startWith(options);
    expect((await db.query('SELECT * FROM a')).rows).toHaveLength(2);
    expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
    const service = app.get(MigrationsService);
    expect(await service.status()).toMatchObject({ tracked: false, migrations: [] });
    expect(await service.drift()).toEqual([]);
    expect(await service.history()).toEqual([]);
    // Whatever runs at the next start: without tracking, everything.
    expect((await service.pending()).map(({ file }) => file)).toEqual(['001_a.sql', '002_seed.sql']);
    await expect(service.baseline('002')).rejects.toThrow('tracking is false');
  });
});

describe('a database that comes up after the application', () => {
  test.each(['migrate', 'validate'] as const)('is waited for with onBootstrap: "%s"', async (onBootstrap) => {
    const server = await startPrivateServer();
    // Without a catalog nothing is still being recorded when the server stops.
    const options = await optionsWith(FILES, { connectionString: server.connectionString(), catalog: false });
    if (onBootstrap === 'validate') await startWith(options);
    await server.stop('immediate');

    const logger = new RecordingLogger();
    const starting = startWith({ ...options, onBootstrap, timeouts: { connectRetry: 20_000 } }, {}, logger);
    await sleep(300);
    await server.start();
    await starting;
    const warnings = logger.migrations.filter((line) => line.startsWith('warn'));
    expect(warnings[0]).toMatch(
      /^warn The database cannot be reached: .*\. Trying again \(attempt 2\) for up to (20|19\.\d) s$/,
    );
  });

  test('is given up after timeouts.connectRetry', async () => {
    const logger = new RecordingLogger();
    const options = { connectionString: 'postgres://127.0.0.1:1/nowhere', timeouts: { connectRetry: 300 } };
    const startedAt = performance.now();
    await expect(startWith(await optionsWith(FILES, options), {}, logger)).rejects.toMatchObject({
      code: 'UNREACHABLE',
    });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(logger.migrations.length).toBeGreaterThan(0);
  });
});
