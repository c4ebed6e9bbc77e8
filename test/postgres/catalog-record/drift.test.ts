import { describe, expect, test } from '@jest/globals';
import { withClient } from '../../support/database/database.js';
import { driftOf } from '../../support/migrator/findings-of.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';
import { useTestDatabase } from '../../support/server/use-test-database.js';

const FILES = {
  '1_orders.sql': `CREATE SCHEMA app;
    CREATE TABLE app.orders (id bigint PRIMARY KEY, note text);
    CREATE INDEX by_note ON app.orders (note);
    CREATE VIEW app.notes AS SELECT note FROM app.orders;`,
  '2_function.sql': "CREATE FUNCTION app.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
};

const db = useTestDatabase();

/** A run on an empty database. */
async function migrated(options: Parameters<typeof migratorOn>[2] = {}): Promise<ObservedMigrator> {
  await db.query(
    'DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA IF EXISTS shared CASCADE; DROP SCHEMA IF EXISTS other CASCADE',
  );
  const observed = await migratorOn(db, FILES, options);
  await observed.migrator.migrate();
  return observed;
}

describe('drift() after a run', () => {
  test('finds nothing if nothing was changed', async () => {
    const observed = await migrated();
    expect(await observed.migrator.drift()).toEqual([]);
    expect(observed.events.at(-1)).toMatchObject({ type: 'run-finished' });
  });

  test('names what was created, dropped and changed by hand, with both definitions and since when', async () => {
    const before = new Date();
    const { migrator } = await migrated();
    await db.query(
      `CREATE TABLE app.by_hand (a integer, b text); DROP FUNCTION app.f();
       ALTER TABLE app.orders ALTER COLUMN id TYPE numeric;
       CREATE OR REPLACE VIEW app.notes AS SELECT note FROM app.orders WHERE note <> ''`,
    );
    const findings = await migrator.drift({ diff: true });
    const since = findings[0]?.since ?? new Date(0);
    expect(since.getTime()).toBeGreaterThanOrEqual(before.getTime());
    expect(since.getTime()).toBeLessThanOrEqual(Date.now());
    expect(findings.map(({ code, subject, detail }) => [code, subject, detail])).toEqual([
      ['OBJECT_REMOVED', 'Function app.f()', undefined],
      ['OBJECT_ADDED', 'Table app.by_hand', undefined],
      ['OBJECT_CHANGED', 'View app.notes', 'definition'],
      ['OBJECT_CHANGED', 'Column app.orders.id', 'definition: bigint NOT NULL → numeric NOT NULL'],
    ]);
    const [removed, added, view] = findings;
    expect(removed).toMatchObject({
      severity: 'error',
      recorded: expect.stringContaining('CREATE OR REPLACE FUNCTION app.f()'),
    });
    expect(added).toMatchObject({
      severity: 'error',
      actual: expect.stringMatching(/^owner: .*\ncolumn a: integer\ncolumn b: text$/),
    });
    expect(view?.diff).toMatch(
      /\n-   FROM app.orders;\n\+   FROM app.orders\n\+  WHERE \((orders\.)?note <> ''::text\);/,
    );
    expect(view?.recorded).not.toBe(view?.actual);
  });

  test('finds nothing in other schemas, in which no migration has created anything', async () => {
    const observed = await migrated();
    await db.query('CREATE SCHEMA other; CREATE TABLE other.t (a integer); CREATE TABLE public.t (a integer)');
    expect(await driftOf(observed)).toEqual([]);
    await db.query('CREATE EXTENSION hstore SCHEMA other');
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Extension hstore']);
    await db.query('DROP TABLE public.t; DROP EXTENSION hstore');
  });

  test('checks the configured schemas, and skips ignored objects', async () => {
    const observed = await migrated({ catalog: { schemas: ['o*'], ignore: ['table:other.tmp_*', 'index:*'] } });
    await db.query(
      'CREATE SCHEMA other; CREATE TABLE other.tmp_1 (a integer PRIMARY KEY); CREATE TABLE app.t (a integer)',
    );
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Schema other']);
    await db.query('ALTER TABLE other.tmp_1 ADD b integer; CREATE TABLE other.t (a integer)');
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Schema other', 'OBJECT_ADDED Table other.t']);
  });

  test('reads privileges, comments and settings on request', async () => {
    const observed = await migrated();
    const all = await migratorOn(db, FILES, {
      catalog: { grants: true, comments: true, settings: true, defaultPrivileges: true },
    });
    await db.query("GRANT SELECT ON app.orders TO public; COMMENT ON TABLE app.orders IS 'x'");
    expect(await driftOf(observed)).toEqual([]);
    expect(await driftOf(all)).toEqual([]); // they were not recorded
    await migrated({ catalog: { grants: true, comments: true } });
    await db.query("GRANT SELECT ON app.orders TO public; COMMENT ON TABLE app.orders IS 'x'");
    expect(await driftOf(all)).toEqual([
      'OBJECT_ADDED Comment on table app.orders',
      'OBJECT_CHANGED Grants on table app.orders',
    ]);
    expect(await driftOf(observed)).toEqual([]);
  });

  test('shows no secret', async () => {
    const { migrator } = await migrated();
    await db.query(
      "CREATE OR REPLACE FUNCTION app.f() RETURNS integer LANGUAGE sql AS $$SELECT 1 -- password='topsecret'$$",
    );
    const findings = await migrator.drift({ diff: true });
    expect(findings).toHaveLength(1);
    expect(JSON.stringify(findings)).not.toContain('topsecret');
    expect(findings[0]?.actual).toContain('***');
  });

  test('is still found after a run that found it, until it is undone', async () => {
    const observed = await migrated();
    await db.query(
      'CREATE TABLE app.by_hand (a integer); DROP INDEX app.by_note; ALTER TABLE app.orders ALTER note SET NOT NULL',
    );
    const found = await driftOf(observed);
    expect(found).toContain('OBJECT_ADDED Table app.by_hand');
    const until = new Date();
    const next = await migratorOn(db, {
      ...FILES,
      '3_more.sql': 'CREATE TABLE app.more (a integer); ALTER TABLE app.orders ADD more text',
    });
    await next.migrator.migrate();
    expect(await driftOf(next)).toEqual(found);
    for (const { since } of await next.migrator.drift()) expect(since?.getTime()).toBeLessThan(until.getTime());
    await db.query(
      'DROP TABLE app.by_hand; CREATE INDEX by_note ON app.orders (note); ALTER TABLE app.orders ALTER note DROP NOT NULL',
    );
    expect(await next.migrator.drift()).toEqual([]);
    await db.query('DROP TABLE app.more');
    expect(await driftOf(next)).toEqual(['OBJECT_REMOVED Table app.more']);
  });

  test('is still found after several runs, and after one that failed', async () => {
    const observed = await migrated();
    await db.query('CREATE TABLE app.by_hand (a integer)');
    const files = { ...FILES, '3.sql': 'CREATE TABLE app.three (a integer)' };
    const third = await migratorOn(db, files);
    await third.migrator.migrate();
    await db.query('DROP FUNCTION app.f()');
    const failing = await migratorOn(db, {
      ...files,
      '4.sql': 'CREATE TABLE app.four (a integer)',
      '5.sql': 'SELECT 1/0',
    });
    await expect(failing.migrator.migrate()).rejects.toThrow('division by zero');
    const expected = ['OBJECT_REMOVED Function app.f()', 'OBJECT_ADDED Table app.by_hand'];
    expect((await driftOf(failing)).filter((line) => line.startsWith('OBJECT'))).toEqual(expected);
    expect((await driftOf(observed)).filter((line) => line.startsWith('OBJECT'))).toEqual(expected);
  });

  test('is recorded as a run leaves it if the run changes the same object', async () => {
    await migrated();
    await db.query('ALTER TABLE app.orders ALTER id TYPE integer; DROP FUNCTION app.f()');
    const next = await migratorOn(db, {
      ...FILES,
      '3.sql':
        "ALTER TABLE app.orders ALTER id TYPE numeric; CREATE FUNCTION app.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    });
    await next.migrator.migrate();
    expect(await driftOf(next)).toEqual([]);
  });

  test('is not what the library itself installs', async () => {
    const observed = await migrated({ catalog: { schemas: ['app', 'shared'] } });
    await observed.migrator.enableDdlAudit();
    expect(await driftOf(observed)).toEqual([]);
    await db.query('CREATE TABLE shared.by_hand (a integer)');
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Table shared.by_hand']);
    await observed.migrator.disableDdlAudit();
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Table shared.by_hand']);
  });

  test('a run that changes nothing records nothing', async () => {
    const observed = await migrated();
    await db.query('CREATE TABLE app.by_hand (a integer)');
    await observed.migrator.migrate();
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Table app.by_hand']);
  });

  test('compares nothing while a run is in progress, and says so', async () => {
    const observed = await migrated();
    const running = await migratorOn(db, {
      ...FILES,
      '3_slow.sql': 'CREATE TABLE app.slow (a integer); SELECT pg_sleep(20)',
    });
    const started = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (!running.events.some(({ type }) => type === 'migration-started')) return;
        clearInterval(timer);
        resolve();
      }, 10);
    });
    const run = running.migrator.migrate().catch(() => {});
    await started;
    await db.query('CREATE TABLE app.by_hand (a integer)');
    expect(await observed.migrator.drift()).toMatchObject([
      { code: 'CATALOG_NOT_COMPARED', reason: 'migrating', severity: 'note' },
    ]);
    await running.migrator.stop();
    await run;
  });

  test('compares nothing with a record that is older than a migration, until it is recorded again', async () => {
    const observed = await migrated();
    await db.query(
      "CREATE TABLE app.third (a integer); INSERT INTO shared.schema_migrations (migration_file) VALUES ('3_by_hand.sql')",
    );
    expect((await observed.migrator.drift()).filter(({ code }) => code !== 'AHEAD')).toMatchObject([
      { code: 'CATALOG_NOT_RECORDED', reason: 'migrated-since', detail: '3_by_hand.sql' },
    ]);
    await observed.migrator.refreshCatalog();
    expect((await observed.migrator.drift()).filter(({ code }) => code.startsWith('CATALOG'))).toEqual([]);
    await db.query('DROP TABLE app.third');
    expect(await driftOf(observed)).toContain('OBJECT_REMOVED Table app.third');
  });

  test('compares nothing before the first record, and nothing with a record of another format', async () => {
    const observed = await migrated({ catalog: false });
    expect(await observed.migrator.drift()).toEqual([]);
    const checking = await migratorOn(db, FILES);
    expect(await checking.migrator.drift()).toMatchObject([{ code: 'CATALOG_NOT_RECORDED', reason: 'never-recorded' }]);
    await checking.migrator.refreshCatalog();
    expect(await checking.migrator.drift()).toEqual([]);
    await db.query('UPDATE shared.schema_migrations_catalog SET format = format + 1');
    expect(await checking.migrator.drift()).toMatchObject([{ code: 'CATALOG_NOT_RECORDED', reason: 'other-release' }]);
  });

  test('reads in one read-only transaction', async () => {
    const observed = await migrated();
    await withClient(db.connectionString, async (client) => {
      await client.query('BEGIN; LOCK TABLE app.orders IN ACCESS SHARE MODE');
      expect(await driftOf(observed)).toEqual([]);
    });
  });
});
