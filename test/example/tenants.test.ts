import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import request from 'supertest';
import { AppModule } from '../../example/tenants/app.module.js';
import { closedAfterTest } from '../nest/support/application.js';
import { RecordingLogger } from '../nest/support/recording-logger.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { repositoryRoot } from '../support/programs/process.js';
import { tempDirectory } from '../support/files/temp-directory.js';

const db = useEmptyDatabase('example_tenants');
const MIGRATIONS = join(repositoryRoot, 'example/tenants/migrations');
const SCHOOLS = ['oak-hill', 'elm-park', 'ash-field'];

const start = (directory: string): Promise<INestApplication> => {
  const settings = { connectionString: db.connectionString, directory };
  return NestFactory.create(AppModule.with(settings), { logger: new RecordingLogger(), abortOnError: false });
};

const boot = async (directory = MIGRATIONS): Promise<INestApplication> =>
  closedAfterTest(await start(directory)).init();

/** The release before, which has opened the schools, and in which some have two courses of the same title. */
async function afterFirstRelease(withTwins: readonly string[]): Promise<void> {
  const app = await (await start(MIGRATIONS)).init();
  await openSchools(app);
  for (const name of withTwins) for (const title of ['Physics', 'Physics']) await add(app, name, title);
  await app.close();
}

/** A release with one more file for each school. */
async function laterRelease(file: string, sql: string): Promise<string> {
  const directory = await tempDirectory();
  await cp(MIGRATIONS, directory, { recursive: true });
  await writeFile(join(directory, 'tenants', file), sql);
  return directory;
}

const client = (app: INestApplication) => request(app.getHttpServer() as never);
const coursesOf = (app: INestApplication, school: string) => client(app).get('/courses').set('x-school', school);
const add = (app: INestApplication, school: string, title: string) =>
  client(app).post('/courses').set('x-school', school).send({ title }).expect(201);

async function openSchools(app: INestApplication): Promise<void> {
  for (const name of SCHOOLS) {
    const { body } = await client(app).post('/schools').send({ name }).expect(201);
    expect(body).toEqual({ name, applied: ['001_courses.sql', '002_pupils.sql'] });
  }
}

afterEach(() => expectNoLeftovers(db));

describe('the example with tenants', () => {
  test('provisions three schools over HTTP, and serves each at once from its own schema', async () => {
    const app = await boot();
    await coursesOf(app, 'oak-hill').expect(404);
    await openSchools(app);
    for (const name of SCHOOLS) await add(app, name, `Physics at ${name}`);
    for (const name of SCHOOLS) {
      const { body } = await coursesOf(app, name).expect(200);
      expect(body).toEqual([{ id: '1', title: `Physics at ${name}` }]);
    }
    const again = await client(app).post('/schools').send({ name: 'oak-hill' }).expect(201);
    expect(again.body).toEqual({ name: 'oak-hill', applied: [] });
    await client(app).post('/schools').send({ name: 'Oak; Hill' }).expect(400);
    await client(app).get('/courses').expect(400);
    const { body } = await client(app).get('/health').expect(200);
    expect(body.details.migrations.message).toBe('up to date; 3 of 3 tenants current');
  });

  test('answers 503 for a school whose migration failed, and serves the others', async () => {
    await afterFirstRelease(['elm-park']);
    const app = await boot(await laterRelease('003_titles.sql', 'CREATE UNIQUE INDEX ON courses (title);'));
    await coursesOf(app, 'oak-hill').expect(200);
    await coursesOf(app, 'ash-field').expect(200);
    const { body } = await coursesOf(app, 'elm-park').expect(503);
    expect(body.message).toBe(
      'The tenant elm-park is not available: 1 migration of this release failed or did not finish',
    );
    const schools = await client(app).get('/schools').expect(200);
    expect(schools.body).toContainEqual({ name: 'elm-park', state: 'failed' });
    const health = await client(app).get('/health').expect(200);
    expect(health.body.details.migrations.message).toBe('up to date; 2 of 3 tenants current, 1 failed');
  });

  test('survives the loss of its connections', async () => {
    const app = await boot();
    await client(app).post('/schools').send({ name: 'oak-hill' }).expect(201);
    await coursesOf(app, 'oak-hill').expect(200);
    const pool = app.get(pg.Pool, { strict: false });
    expect(pool.listenerCount('error')).toBe(1); // the one of the application
    let left = pool.totalCount;
    const lost = new Promise<void>((resolve) => {
      pool.on('error', () => --left === 0 && resolve());
    });
    await db.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await lost;
    await coursesOf(app, 'oak-hill').expect(200);
  });

  test('is not ready if more than half of the schools are behind', async () => {
    await afterFirstRelease(['oak-hill', 'elm-park']);
    const app = await boot(await laterRelease('003_titles.sql', 'CREATE UNIQUE INDEX ON courses (title);'));
    const { body } = await client(app).get('/health').expect(503);
    expect(body.error.migrations).toMatchObject({ status: 'down', message: '1 of 3 tenants current, 2 failed' });
  });
});
