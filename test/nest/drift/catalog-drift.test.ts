import { describe, expect, test } from '@jest/globals';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { until } from '../../support/jest/until.js';
import { eventsOf } from '../support/application.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { alerts, checkOf, Pager, useDriftApplication } from './drift-application.js';

const db = useEmptyDatabase('catalog_drift');
const { edit, start } = useDriftApplication(db);

const records = async (): Promise<number> => {
  const { rows } = await db.query<{ n: number }>('SELECT count(*)::int AS n FROM shared.schema_migrations_catalog');
  return rows[0]?.n ?? 0;
};

describe('the start of an application', () => {
  test('does not wait until the catalog is recorded', async () => {
    await db.query('CREATE TABLE busy (x integer); CREATE VIEW on_busy AS SELECT x FROM busy');
    await edit('007_view.sql', 'CREATE TABLE d (id int);');
    await withClient(db.connectionString, async (client) => {
      await client.query('BEGIN; LOCK TABLE busy IN ACCESS EXCLUSIVE MODE');
      await start(); // the definition of the view cannot be read meanwhile
      expect(await records()).toBe(0);
      await client.query('COMMIT');
    });
    await until(async () => (await records()) === 1);
  });

  test('succeeds even if the catalog cannot be recorded, which is logged', async () => {
    const logger = new RecordingLogger();
    await db.query('CREATE SCHEMA shared; CREATE VIEW shared.schema_migrations_catalog AS SELECT 1 AS x');
    const app = await start({}, {}, logger);
    await checkOf(app)();
    expect(logger.migrations.filter((line) => line.startsWith('warn The catalog was not recorded'))).toHaveLength(1);
  });
});

describe('a check of the catalog', () => {
  test('alerts once about a manual change, and once when it is undone', async () => {
    const check = checkOf(await start({}, { providers: [Pager] }));
    const reported = async (): Promise<string[]> => {
      await check();
      return alerts.splice(0);
    };
    expect(await reported()).toEqual([]);
    await db.query('ALTER TABLE a ADD note text; DROP TABLE b');
    expect(await reported()).toEqual(['Pager found OBJECT_REMOVED:Table public.b OBJECT_ADDED:Column public.a.note']);
    expect(await reported()).toEqual([]);
    await db.query('ALTER TABLE a DROP note');
    expect(await reported()).toEqual(['Pager resolved OBJECT_ADDED:Column public.a.note']);
  });

  test('that is skipped because a run is in progress resolves nothing', async () => {
    const check = checkOf(await start({}, { providers: [Pager] }));
    await check(); // waits until the catalog is recorded
    await db.query('DROP TABLE b');
    await check();
    expect(alerts.splice(0)).toEqual(['Pager found OBJECT_REMOVED:Table public.b']);
    await edit('007_slow.sql', 'SELECT pg_sleep(60);');
    const migrating = new AbortController();
    const other = await start({ onBootstrap: 'off' });
    const { MigrationsService } = await import('../../../src/nest/migrations.service.js');
    const events = eventsOf(other);
    const run = other
      .get(MigrationsService)
      .migrate({ signal: migrating.signal })
      .catch(() => {});
    await until(() => events.some(({ type }) => type === 'migration-started'));
    await check();
    expect(alerts.splice(0).filter((line) => line.includes('OBJECT'))).toEqual([]);
    migrating.abort('the test');
    await run;
  });

  test('records a catalog that was not recorded, if the application migrates', async () => {
    const app = await start({ catalog: false });
    await app.close();
    await checkOf(await start({ onBootstrap: 'validate' }))();
    expect((await db.query("SELECT to_regclass('shared.schema_migrations_catalog') AS found")).rows).toEqual([
      { found: null },
    ]);
    const check = checkOf(await start({}, { providers: [Pager] }));
    await check();
    expect(await records()).toBe(1);
    await db.query('DROP TABLE b');
    await check();
    expect(alerts).toEqual(['Pager found OBJECT_REMOVED:Table public.b']);
  });

  test('reports nothing that the policy ignores', async () => {
    const check = checkOf(await start({ policy: { objectRemoved: 'note' } }, { providers: [Pager] }));
    await check();
    await db.query('DROP TABLE b; DROP TABLE c; CREATE TABLE d (x integer)');
    await check();
    expect(alerts).toEqual(['Pager found OBJECT_ADDED:Table public.d']);
  });
});
