import { afterEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { MigrationsHealthIndicator, MigrationsService } from '../../src/index.js';
import { DriftMonitor } from '../../src/nest/drift/drift-monitor.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { outcomes } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { createRole } from '../support/database/role.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { until } from '../support/jest/until.js';
import { eventsOf, startWith } from './support/application.js';

const db = useEmptyDatabase('connections');

const FILES = {
  '001_a.sql': 'CREATE TABLE a AS SELECT pg_backend_pid() AS pid, current_user::text AS role;',
  '002_b.sql': 'CREATE TABLE b (id int);',
};

const migratedBy = async (): Promise<{ pid: number; role: string } | undefined> =>
  (await db.query<{ pid: number; role: string }>('SELECT pid, role FROM a')).rows[0];

/** Backend of each client that the pool closed. */
const removed = (pool: pg.Pool): unknown[] => {
  const closed: unknown[] = [];
  pool.on('remove', (client) => closed.push((client as pg.PoolClient & { processID: number }).processID));
  return closed;
};

describe('a separate connection for migrating', () => {
  afterEach(() => db.query(`DROP SCHEMA IF EXISTS shared CASCADE`));

  test('lets the role of the application do with USAGE and SELECT', async () => {
    const directory = await migrationsDirectory(FILES);
    const role = await createRole();
    const options = {
      connectionString: role.urlOf(db),
      migrateWith: { connectionString: db.connectionString },
      directory,
      health: { cache: 0 },
    };
    const app = await startWith(options);
    await db.query(
      `GRANT USAGE ON SCHEMA shared TO ${role.name}; GRANT SELECT ON shared.schema_migrations TO ${role.name}`,
    );
    const service = app.get(MigrationsService);

    expect((await migratedBy())?.role).not.toBe(role.name);
    expect((await service.status()).summary).toMatchObject({ applied: 2, pending: 0 });
    expect(await service.plan()).toEqual({ migrations: [], warnings: [], refusals: [] });
    expect(await app.get(MigrationsHealthIndicator).check()).toMatchObject({ migrations: { status: 'up' } });
    const events = eventsOf(app);
    await app.get(DriftMonitor, { strict: false }).check();
    // Comparing the catalog needs one more privilege, which this note names.
    expect(events).toMatchObject([{ findings: [{ code: 'CATALOG_NOT_COMPARED', severity: 'note' }] }]);
    // The second start validates with the role of the application alone.
    await startWith({ ...options, onBootstrap: 'validate' });
  });

  test('the role of the application alone cannot migrate, and is told what is missing', async () => {
    const role = await createRole();
    await db.query(`REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
    const starting = startWith({ connectionString: role.urlOf(db), directory: await migrationsDirectory(FILES) });
    await expect(starting).rejects.toMatchObject({
      code: 'HISTORY_TABLE',
      message: expect.stringContaining(`The role ${role.name} is not allowed to create the schema shared`),
    });
  });
});

describe('a pool of the application', () => {
  test('is never ended; the client that migrated is destroyed, those that read are kept', async () => {
    const pool = db.pool({ max: 2, application_name: 'host' });
    const closed = removed(pool);
    const app = await startWith({ pool, directory: await migrationsDirectory(FILES) });
    await until(() => closed.length > 0); // the client records the catalog first
    expect(closed).toEqual([(await migratedBy())?.pid]);

    await app.get(MigrationsService).status();
    await app.get(MigrationsHealthIndicator).check();
    await app.close();
    expect(closed).toHaveLength(1);
    expect(pool.ended).toBe(false);
    expect(pool.idleCount).toBe(pool.totalCount);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await expectNoLeftovers(db, { allow: ['host'] });
  });

  test('of one client is enough', async () => {
    const pool = db.pool({ max: 1, application_name: 'host' });
    const app = await startWith({ pool, directory: await migrationsDirectory(FILES) });
    expect(await outcomes(db)).toEqual({ '001_a.sql': 'applied', '002_b.sql': 'applied' });
    await Promise.all([app.get(MigrationsService).status(), app.get(MigrationsHealthIndicator).check()]);
  });

  test('stays usable when a migration fails', async () => {
    const pool = db.pool({ max: 1, application_name: 'host' });
    const directory = await migrationsDirectory({ '001_bad.sql': 'SET search_path = nowhere; SELECT oops;' });
    await expect(startWith({ pool, directory })).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    expect((await pool.query('SHOW search_path')).rows).toEqual([{ search_path: '"$user", public' }]);
  });
});

describe('connections of our own', () => {
  test.each(['connectionString', 'connection'] as const)(
    'made from %s are closed with the application',
    async (way) => {
      const named = { connectionString: db.connectionString };
      const app = await startWith({
        ...(way === 'connection' ? { connection: named } : named),
        directory: await migrationsDirectory(FILES),
      });
      await Promise.all([app.get(MigrationsService).status(), app.get(MigrationsService).history()]);
      await app.close();
      await expectNoLeftovers(db, { allow: ['host'] });
    },
  );
});
