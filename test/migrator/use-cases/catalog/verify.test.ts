import { afterEach, describe, expect, test } from '@jest/globals';
import {
  InterruptedError,
  RefusedError,
  ScratchDatabaseError,
  UnknownMigrationError,
  type VerifyReport,
} from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { until } from '../../../support/jest/until.js';
import { nameOf } from '../../../postgres/history/roles.js';
import { useOwnedMigrators } from './owned-migrator.js';

const db = useEmptyDatabase('verify');
const { roleWith, ownedMigrator: migratorFor, scratchDatabases } = useOwnedMigrators(db);

const FILES = {
  '1_orders.sql': 'CREATE SCHEMA app; CREATE TABLE app.orders (id bigint PRIMARY KEY, note text);',
  '2_index.sql': 'CREATE INDEX CONCURRENTLY by_note ON app.orders (note);',
  '3_function.sql': "CREATE FUNCTION app.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
};

const ownedMigrator = (files: Record<string, string> = FILES, options?: Parameters<typeof migratorFor>[1]) =>
  migratorFor(files, options);
afterEach(async () => expect(await scratchDatabases()).toEqual([]));

const found = ({ findings }: VerifyReport): string[] => findings.map(({ code, subject }) => `${code} ${subject}`);

describe('verify()', () => {
  test('finds nothing in a database built by its migrations, and reports what it applied', async () => {
    const { migrator } = await ownedMigrator();
    await migrator.migrate();
    expect(await migrator.verify()).toEqual({
      findings: [],
      applied: Object.keys(FILES),
      leftOut: [],
      withoutFile: [],
    });
  });

  test('names what was created, dropped and changed by hand, without any record of the catalog', async () => {
    const { migrator, url } = await ownedMigrator();
    await migrator.migrate();
    await db.query(`SET ROLE "${nameOf(url)}"; CREATE TABLE app.by_hand (a integer); DROP FUNCTION app.f();
      ALTER TABLE app.orders ALTER note TYPE varchar(40); CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.t ()`);
    const report = await migrator.verify({ diff: true });
    expect(found(report)).toEqual([
      'NOT_IN_DATABASE Function app.f()',
      'NOT_IN_MIGRATIONS Table app.by_hand',
      'DIFFERS_FROM_MIGRATIONS Column app.orders.note',
    ]);
    const [removed, added, changed] = report.findings;
    expect(removed?.diff).toMatch(
      /^--- Function app\.f\(\)\tmigrations\n\+\+\+ Function app\.f\(\)\tabsent\n[^]*\n-CREATE OR REPLACE FUNCTION app\.f\(\)\n/,
    );
    expect(added?.diff).toMatch(/\tabsent\n[^]*\tdatabase\n[^]*\n\+column a: integer\n/);
    expect(changed).toMatchObject({ detail: 'definition: text → character varying(40)', severity: 'error' });
  });

  test('leaves out migrations that the database does not have yet, unless its history is empty', async () => {
    const { directory, migrator, url } = await ownedMigrator();
    expect(found(await migrator.verify())).toContain('NOT_IN_DATABASE Schema app');
    await migrator.migrate({ to: '1' });
    expect(await migrator.verify()).toEqual({
      findings: [],
      applied: ['1_orders.sql'],
      leftOut: ['2_index.sql', '3_function.sql'],
      withoutFile: [],
    });
    const fewer = await migratorOn({ connectionString: url }, { '2_index.sql': FILES['2_index.sql'] });
    await migrator.migrate();
    await expect(fewer.migrator.verify()).rejects.toThrow('schema "app" does not exist');
    expect(directory).not.toBe('');
  });

  test('reports applied migrations without a file', async () => {
    const { migrator, url } = await ownedMigrator();
    await migrator.migrate();
    const fewer = await migratorOn({ connectionString: url }, { '1_orders.sql': FILES['1_orders.sql'] });
    const report = await fewer.migrator.verify();
    expect(report.withoutFile).toEqual(['2_index.sql', '3_function.sql']);
    expect(found(report)).toEqual([
      'NOT_IN_MIGRATIONS Function app.f()',
      'NOT_IN_MIGRATIONS Index by_note on app.orders',
    ]);
  });

  test('ignores the objects that the option names', async () => {
    const { migrator } = await ownedMigrator(FILES, { catalog: { ignore: ['app.tmp_*'] } });
    await migrator.migrate();
    await db.query('CREATE TABLE app.tmp_1 (a integer)');
    expect(found(await migrator.verify())).toEqual([]);
  });

  test('gives the scratch database the settings of the database', async () => {
    await db.query(`ALTER DATABASE "${db.name}" SET search_path = app, public`);
    const files = { '1.sql': 'CREATE SCHEMA app', '2.sql': 'CREATE TABLE t (a integer)' };
    const { migrator } = await ownedMigrator(files);
    await migrator.migrate();
    expect(await migrator.verify()).toMatchObject({ findings: [], applied: ['1.sql', '2.sql'] });
    await db.query(`ALTER DATABASE "${db.name}" RESET search_path`);
  });

  test('compares owners as if the same role had migrated, on another server', async () => {
    const { migrator } = await ownedMigrator();
    await migrator.migrate();
    const other = await roleWith();
    await db.query(`ALTER ROLE "${nameOf(other)}" CREATEDB`);
    expect(await migrator.verify({ server: other })).toMatchObject({ findings: [] });
    await db.query('ALTER TABLE app.orders OWNER TO CURRENT_USER');
    expect(found(await migrator.verify({ server: other }))).toEqual(['DIFFERS_FROM_MIGRATIONS Table app.orders']);
  });

  test('drops what a killed process left behind, and no database of others', async () => {
    const { migrator, url } = await ownedMigrator();
    const [dead, alike] = ['nestjs_pg_migrations_verify_0123456789ab', 'nestjs_pg_migrations_verify_mine'];
    await db.query(`CREATE DATABASE ${dead} OWNER "${nameOf(url)}"`);
    await db.query(`CREATE DATABASE ${alike} OWNER "${nameOf(url)}"`);
    await migrator.verify();
    expect(await scratchDatabases()).toEqual([alike]);
    await db.query(`DROP DATABASE ${alike}`);
  });
});

describe('verify() fails', () => {
  test('for a role that may not create databases, and says what would help', async () => {
    const { migrator, url } = await ownedMigrator(FILES, { mayCreate: false });
    const error = await failureOf(migrator.verify(), ScratchDatabaseError);
    expect(error.message).toBe(
      `The role "${nameOf(url)}" may not create a scratch database. Ask an administrator to run: ALTER ROLE "${nameOf(url)}" CREATEDB; ` +
        'or name a server on which databases may be created: with --server, or in code with verify({ server }) or checkpoint(version, { server }). [SCRATCH_DATABASE]',
    );
  });

  test('for a migration that fails, with its location, and drops the database', async () => {
    const { migrator } = await ownedMigrator({ '1.sql': 'CREATE TABLE a ();', '2.sql': '\nSELECT * FROM seeded;' });
    const error = await failureOf(migrator.verify(), ScratchDatabaseError);
    expect(error).toMatchObject({ file: '2.sql', code: 'SCRATCH_DATABASE' });
    expect(error.message).toBe(
      'The migrations cannot be applied to a scratch database. Failed at 2.sql:2:15: relation "seeded" does not exist (SQLSTATE 42P01)\n' +
        "If it cannot run in an empty database, leave it out with verify({ skip: ['2.sql'] }).\n[SCRATCH_DATABASE]",
    );
    expect(await migrator.verify({ skip: ['2.sql'] })).toMatchObject({ applied: ['1.sql'], leftOut: ['2.sql'] });
    await failureOf(migrator.verify({ skip: ['3.sql'] }), UnknownMigrationError);
  });

  test('for an extension that no migration creates, unless it is created first', async () => {
    await db.query('CREATE EXTENSION citext');
    const { migrator } = await ownedMigrator({ '1.sql': 'CREATE TABLE public.a (mail public.citext)' });
    await migrator.migrate();
    const error = await failureOf(migrator.verify(), ScratchDatabaseError);
    expect(error.message).toContain(
      "No earlier migration creates these extensions of the database: citext. If the file needs one, create it first with verify({ extensions: ['citext'] }).",
    );
    expect(await migrator.verify({ extensions: ['citext'] })).toMatchObject({ findings: [] });
    await expect(migrator.verify({ extensions: ['no_such'] })).rejects.toThrow(/creating an extension .*no_such/);
  });

  test('for an extension that the server does not have', async () => {
    const { migrator } = await ownedMigrator({ '1.sql': 'CREATE EXTENSION no_such_extension' });
    const error = await failureOf(migrator.verify(), ScratchDatabaseError);
    expect(error.message).toContain(
      'Install the extension on the server, or choose a server that has it, with verify({ server }).',
    );
  });

  test('before it creates anything, for statements that change more than their database', async () => {
    const files = {
      '1.sql': `CREATE TABLE a ();\nALTER ROLE ${db.name}_1 SET work_mem = '1MB';`,
      '2.sql': "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere.invalid' PUBLICATION p WITH (connect = false);",
      '3.sql': `COMMENT ON DATABASE ${db.name} IS 'x'; COMMENT ON TABLE a IS 'x';`,
      '4.sql': "COPY a TO '/nowhere/a'; COPY a FROM PROGRAM 'true'; COPY a FROM '/nowhere/a'; COPY a TO STDOUT;",
      '5.sql': 'GRANT SET ON PARAMETER work_mem TO CURRENT_USER',
    };
    const { migrator, url } = await ownedMigrator(files);
    const error = await failureOf(migrator.verify(), RefusedError);
    expect(error.refusals.map(({ code, subject, line, detail }) => [code, subject, line, detail])).toEqual([
      ['FAR_REACHING_STATEMENT', '1.sql', 2, 'ALTER ROLE … SET'],
      ['FAR_REACHING_STATEMENT', '2.sql', 1, 'CREATE SUBSCRIPTION'],
      ['FAR_REACHING_STATEMENT', '3.sql', 1, 'COMMENT on a database'],
      ['FAR_REACHING_STATEMENT', '4.sql', 1, 'COPY TO a file of the server'],
      ['FAR_REACHING_STATEMENT', '4.sql', 1, 'COPY with a program of the server'],
      ['FAR_REACHING_STATEMENT', '5.sql', 1, 'GRANT or REVOKE on a parameter of the server'],
    ]);
    const elsewhere = await failureOf(migrator.verify({ server: url }), RefusedError);
    expect(elsewhere.refusals.map(({ subject }) => subject)).toEqual(['2.sql']);
    expect(await migrator.verify({ skip: Object.keys(files) })).toMatchObject({ applied: [] });
  });

  test('after its signal, and drops the database', async () => {
    const { migrator, url } = await ownedMigrator({ '1.sql': 'CREATE TABLE a ()', '2.sql': 'SELECT pg_sleep(300)' });
    const controller = new AbortController();
    const verified = failureOf(migrator.verify({ signal: controller.signal }), InterruptedError);
    await until(async () => {
      const { rows } = await db.query(`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND usename = $1`, [
        nameOf(url),
      ]);
      return rows.length > 0;
    });
    controller.abort('SIGTERM');
    expect(await verified).toMatchObject({ by: 'SIGTERM', applied: [] });
  });

  test('without tracking', async () => {
    const { migrator } = await ownedMigrator(FILES, { tracking: false });
    await expect(migrator.verify()).rejects.toThrow('tracking is false: there is no history');
  });
});
