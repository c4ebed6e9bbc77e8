import { describe, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import type pg from 'pg';
import { MigrationsHealthIndicator } from '../../../src/index.js';
import type { MigrationsModuleOptions } from '../../../src/nest/configuration/options.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { ask, FILES, startServing } from './health-application.js';

const db = useEmptyDatabase('health_load');
const migrations = useMigrations(FILES);

const start = (options: MigrationsModuleOptions): Promise<INestApplication> =>
  startServing({ directory: migrations.directory, ...options });

/** A pool, and how often something was read through it. */
function countedPool(): { pool: pg.Pool; reads: () => number } {
  const pool = db.pool({ max: 4 });
  let reads = 0;
  pool.on('acquire', () => reads++);
  return { pool, reads: () => reads };
}

describe('the load of health checks', () => {
  test('is one read for all that come within the cache time', async () => {
    const { pool, reads } = countedPool();
    const app = await start({ pool, health: { cache: 60_000 } });
    const before = reads();
    await ask(app);
    await ask(app);
    await ask(app);
    expect(reads() - before).toBe(1);
  });

  test('is one read for each without a cache', async () => {
    const { pool, reads } = countedPool();
    const app = await start({ pool, health: { cache: 0 } });
    const before = reads();
    await ask(app);
    await ask(app);
    expect(reads() - before).toBe(2);
  });

  test('is one read at a time, however slow it is and whatever the cache', async () => {
    const { pool, reads } = countedPool();
    const app = await start({ pool, health: { cache: 0, timeout: 100 }, timeouts: { read: 5_000 } });
    const before = reads();
    await withClient(db.connectionString, async (client) => {
      await client.query('BEGIN; LOCK TABLE shared.schema_migrations');
      for (let i = 0; i < 4; i++) expect((await ask(app)).code).toBe(503);
      await client.query('ROLLBACK');
    });
    expect(reads() - before).toBe(1);
  });

  test('follows the options of the check over those of the module', async () => {
    const { pool, reads } = countedPool();
    const app = await start({ pool, health: { cache: 0 } });
    const indicator = app.get(MigrationsHealthIndicator);
    const before = reads();
    expect(await indicator.check('schema', { cache: 60_000 })).toMatchObject({ schema: { status: 'up' } });
    expect(await indicator.check('schema', { cache: 60_000 })).toMatchObject({ schema: { status: 'up' } });
    expect(reads() - before).toBe(1);
  });
});
