import { afterEach, describe, expect, test } from '@jest/globals';
import { cp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { DRIFT_JOB, MIGRATIONS_READY, type MigrationsReady } from 'nestjs-pg-migrations';
import request from 'supertest';
import { AppModule } from '../../example/app.module.js';
import { closedAfterTest } from '../nest/support/application.js';
import { RecordingLogger } from '../nest/support/recording-logger.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { historyOf } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { repositoryRoot } from '../support/programs/process.js';
import { tempDirectory } from '../support/files/temp-directory.js';
import { until } from '../support/jest/until.js';

const db = useEmptyDatabase('example');

async function boot(directory = 'migrations', logger = new RecordingLogger()): Promise<INestApplication> {
  const settings = { connectionString: db.connectionString, directory };
  const app = await NestFactory.create(AppModule.with(settings), { logger, abortOnError: false });
  return closedAfterTest(app).init();
}

const applied = (app: INestApplication): readonly string[] | undefined =>
  app.get<MigrationsReady>(MIGRATIONS_READY).run?.applied;

afterEach(() => expectNoLeftovers(db));

describe('the example', () => {
  test('applies its migrations, and says so at /health and /health/live', async () => {
    const files = (await readdir(join(repositoryRoot, 'migrations'))).filter((file) => file.endsWith('.sql'));
    const logger = new RecordingLogger();
    const app = await boot('migrations', logger);
    expect(applied(app)).toEqual(files.toSorted());
    expect(logger.lines).toContain(
      `log [School] ${files.length} migrations applied, the newest is ${files.toSorted().at(-1)}`,
    );

    const { body } = await request(app.getHttpServer()).get('/health').expect(200);
    expect(body).toMatchObject({
      status: 'ok',
      details: { migrations: { status: 'up', message: 'up to date', applied: files.length, pending: 0, failed: 0 } },
    });
    const live = await request(app.getHttpServer()).get('/health/live').expect(200);
    expect(live.body).toEqual({ status: 'ok' });
  });

  test('applies nothing at the second start', async () => {
    const first = await boot();
    const before = await historyOf(db);
    await first.close();
    const second = await boot();
    expect(applied(second)).toEqual([]);
    expect(await historyOf(db)).toEqual(before);
    await request(second.getHttpServer()).get('/health').expect(200);
  });

  test('is not ready, yet alive, while something is pending', async () => {
    const directory = await tempDirectory();
    await cp(join(repositoryRoot, 'migrations'), directory, { recursive: true });
    const app = await boot(directory);
    await writeFile(join(directory, '999_new.sql'), 'SELECT 1;');
    const { body } = await request(app.getHttpServer()).get('/health').expect(503);
    expect(body.error.migrations).toMatchObject({ blocking: [{ file: '999_new.sql', state: 'pending' }] });
    await request(app.getHttpServer()).get('/health/live').expect(200);
  });

  test('alerts through its own channel when the file that it names is edited', async () => {
    const directory = await tempDirectory();
    await cp(join(repositoryRoot, 'migrations'), directory, { recursive: true });
    const logger = new RecordingLogger();
    const app = await boot(directory, logger);
    await writeFile(join(directory, '003_schools_and_departments.sql'), 'SELECT 1;');
    const job = app.get(SchedulerRegistry).getCronJob(DRIFT_JOB);
    expect(String(job.cronTime.source)).toBe('*/15 * * * * *');
    await job.fireOnTick();
    await until(() => logger.lines.some((line) => line.includes('[LoudChannel]')));
    expect(logger.lines).toContain('warn [LoudChannel] drift found: CHANGED: 003_schools_and_departments.sql');
  });
});
