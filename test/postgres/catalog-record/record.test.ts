import { beforeEach, describe, expect, test } from '@jest/globals';
import { migratorOn, type Files, type ObservedMigrator } from '../../support/migrator/migrator-on.js';
import { createRole } from '../../support/database/role.js';
import { useTestDatabase } from '../../support/server/use-test-database.js';

const db = useTestDatabase();

beforeEach(() => db.query('DROP SCHEMA IF EXISTS app, shared CASCADE'));

/** Runs one more file. */
async function run(
  number: number,
  sql: string,
  options: Parameters<typeof migratorOn>[2] = {},
): Promise<ObservedMigrator> {
  const earlier = Array.from({ length: number - 1 }, (_, i) => [`${i + 1}.sql`, 'SELECT 1']);
  const files: Files = Object.fromEntries([...earlier, [`${number}.sql`, sql]]);
  const observed = await migratorOn(db, files, { policy: { changed: 'ignore' }, ...options });
  await observed.migrator.migrate();
  return observed;
}

async function records(): Promise<Record<string, unknown>[]> {
  const { rows } = await db.query(
    'SELECT id::int, server_version, format, schemas, fingerprint, length(content) AS bytes FROM shared.schema_migrations_catalog ORDER BY id',
  );
  return rows;
}

async function times(): Promise<unknown> {
  return (await db.query('SELECT recorded_at FROM shared.schema_migrations_catalog')).rows;
}

describe('the record of the catalog', () => {
  test('is made by a run that changed something, with version, format and schemas', async () => {
    await run(1, 'CREATE SCHEMA app; CREATE TABLE app.t (a integer)');
    const [record, ...others] = await records();
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      format: 2,
      schemas: ['app'],
      fingerprint: { columns: expect.stringMatching(/^1:-?\d+$/) },
    });
    expect(record?.['server_version']).toBeGreaterThan(130_000);
    expect(record?.['bytes']).toBeLessThan(600);
  });

  test('is confirmed, not repeated, by a run that left the schema as it was', async () => {
    await run(1, 'CREATE SCHEMA app');
    const first = await times();
    const { migrator } = await run(2, 'SELECT 1');
    expect(await records()).toHaveLength(1);
    expect(await times()).not.toEqual(first);
    expect((await migrator.drift()).filter(({ code }) => code.startsWith('CATALOG'))).toEqual([]);
  });

  test('is compressed by the server', async () => {
    const columns = Array.from({ length: 100 }, (_, i) => `column_${i} integer NOT NULL`);
    await run(1, `CREATE SCHEMA app; CREATE TABLE app.wide (${columns.join(', ')})`);
    const { rows } = await db.query<{ stored: number; bytes: number }>(
      'SELECT pg_column_size(content) AS stored, length(content) AS bytes FROM shared.schema_migrations_catalog',
    );
    expect(rows[0]?.bytes).toBeGreaterThan(5_000);
    expect(rows[0]?.stored).toBeLessThan((rows[0]?.bytes ?? 0) / 4);
  });

  test('is kept five times', async () => {
    for (let i = 1; i <= 7; i++) await run(i, `CREATE SCHEMA IF NOT EXISTS app; CREATE TABLE app.t${i} (a integer)`);
    expect((await records()).map(({ id }) => id)).toEqual([3, 4, 5, 6, 7]);
  });

  test('holds no secret', async () => {
    await run(
      1,
      "CREATE SCHEMA app; CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (password 'topsecret')",
    );
    const { rows } = await db.query<{ content: Buffer }>('SELECT content FROM shared.schema_migrations_catalog');
    const text = rows[0]?.content.toString() ?? '';
    expect(text).toMatch(/options: password=#[0-9a-f]+\\u001f/);
    expect(text).not.toContain('topsecret');
    await db.query('DROP FOREIGN DATA WRAPPER w CASCADE');
  });

  test('is not made if the option is off, or without tracking', async () => {
    await run(1, 'CREATE SCHEMA app', { catalog: false });
    await run(2, 'SELECT 1', { tracking: false });
    const { rows } = await db.query("SELECT to_regclass('shared.schema_migrations_catalog') AS found");
    expect(rows).toEqual([{ found: null }]);
  });

  test('is made if a run failed after it had applied something', async () => {
    const { migrator, events } = await migratorOn(db, { '1.sql': 'CREATE SCHEMA app', '2.sql': 'SELECT 1/0' });
    await expect(migrator.migrate()).rejects.toThrow('division by zero');
    expect(events.at(-1)).toMatchObject({ type: 'run-failed' });
    expect(await records()).toMatchObject([{ schemas: ['app'] }]);
    await db.query('CREATE TABLE app.by_hand (a integer)');
    expect((await migrator.drift()).map(({ code }) => code)).toEqual(['FAILED', 'OBJECT_ADDED']);
  });
});

describe('a role without the privileges to record', () => {
  test('still migrates, and the warning names the missing privilege', async () => {
    const role = await createRole();
    await db.query(
      `CREATE SCHEMA shared; GRANT USAGE ON SCHEMA shared TO ${role.name}; CREATE SCHEMA app AUTHORIZATION ${role.name}`,
    );
    await run(1, 'SELECT 1', { catalog: false });
    await db.query(`GRANT ALL ON shared.schema_migrations TO ${role.name}`);
    const { migrator, events } = await run(2, 'CREATE TABLE app.t (a integer)', { connectionString: role.urlOf(db) });
    expect(events.at(-2)).toMatchObject({ type: 'run-finished', applied: ['2.sql'] });
    expect(events.at(-1)).toMatchObject({
      type: 'catalog-not-recorded',
      runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      error: expect.stringContaining(`GRANT CREATE ON SCHEMA "shared" TO "${role.name}"`),
    });
    expect((await migrator.drift()).map(({ code }) => code)).toContain('CATALOG_NOT_RECORDED');
    await db.query(`DROP OWNED BY ${role.name} CASCADE`);
  });

  test('still records the catalog if it may not remove old records, and reports nothing', async () => {
    const role = await createRole();
    await db.query(`CREATE SCHEMA app AUTHORIZATION ${role.name}`);
    for (let i = 1; i <= 5; i++) await run(i, `CREATE TABLE app.t${i} (a integer)`);
    await db.query(
      `GRANT USAGE ON SCHEMA shared TO ${role.name}; GRANT ALL ON ALL TABLES IN SCHEMA shared TO ${role.name};
       REVOKE DELETE ON shared.schema_migrations_catalog FROM ${role.name}`,
    );
    const { migrator, events } = await run(6, 'CREATE TABLE app.t6 (a integer)', { connectionString: role.urlOf(db) });
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', applied: ['6.sql'] });
    expect(await records()).toHaveLength(6);
    await db.query('DROP TABLE app.t6');
    expect((await migrator.drift()).map(({ subject }) => subject)).toEqual(['Table app.t6']);
    await db.query(`DROP OWNED BY ${role.name} CASCADE`);
  });

  test('checks nothing without the privilege to read, and names it', async () => {
    await run(1, 'CREATE SCHEMA app');
    const role = await createRole();
    await db.query(
      `GRANT USAGE ON SCHEMA shared TO ${role.name}; GRANT SELECT ON shared.schema_migrations TO ${role.name}`,
    );
    const reader = await migratorOn(db, { '1.sql': 'CREATE SCHEMA app' }, { connectionString: role.urlOf(db) });
    const [note] = await reader.migrator.drift();
    expect(note).toMatchObject({ code: 'CATALOG_NOT_COMPARED', reason: 'not-readable' });
    await db.query(note?.actual ?? '');
    expect(await reader.migrator.drift()).toEqual([]);
    await db.query('CREATE TABLE app.by_hand (a integer)');
    expect((await reader.migrator.drift()).map(({ code }) => code)).toEqual(['OBJECT_ADDED']);
    await db.query(`DROP OWNED BY ${role.name} CASCADE`);
  });
});
