import { expect, test } from '@jest/globals';
import { RefusedError, ScratchDatabaseError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { until } from '../../../support/jest/until.js';
import { useOwnedMigrators } from './owned-migrator.js';

const db = useEmptyDatabase('unverified');
const { roleWith, ownedMigrator, scratchDatabases } = useOwnedMigrators(db);

test('verify() compares nothing if a run has changed the database meanwhile', async () => {
  const isReleased = `EXISTS (SELECT FROM pg_roles WHERE rolname = '${db.name}_2')`;
  const waits = `current_database() LIKE 'nestjs_pg_migrations_verify_%' AND NOT ${isReleased}`;
  const files = { '1.sql': `DO $$ BEGIN WHILE ${waits} LOOP PERFORM pg_sleep(0.01); END LOOP; END $$` };
  const { migrator, url } = await ownedMigrator(files);
  await migrator.migrate();
  const later = await migratorOn(
    { connectionString: url },
    { ...files, '2.sql': 'CREATE SCHEMA app; CREATE TABLE app.a ()' },
    { catalog: false },
  );
  const verified = migrator.verify();
  await until(async () => (await scratchDatabases()).length > 0);
  await later.migrator.migrate();
  await roleWith();
  expect(await verified).toMatchObject({
    findings: [{ code: 'CATALOG_NOT_COMPARED', severity: 'note', reason: 'changed-meanwhile' }],
  });
});

test('verify() fails before it creates anything, for statements that the parser cannot read, unless it is on another server', async () => {
  const role = `${db.name}_1`;
  const unread = `SET standard_conforming_strings = off;\nALTER ROLE "${role}" SET work_mem = '1MB';`;
  const files = { '1.sql': unread, '2.sql': `-- no-transaction\n${unread}` };
  const { migrator, url } = await ownedMigrator(files);
  await migrator.migrate();
  await db.query(`ALTER ROLE "${role}" RESET work_mem`);
  const error = await failureOf(migrator.verify(), RefusedError);
  const places = error.refusals.map(({ code, subject, line }) => `${code} ${subject}:${line}`);
  expect(places).toEqual(['UNREADABLE_STATEMENT 1.sql:1', 'UNREADABLE_STATEMENT 2.sql:2']);
  const settings = `SELECT count(*)::int FROM pg_db_role_setting WHERE setrole = '"${role}"'::regrole`;
  expect((await db.query(settings)).rows).toEqual([{ count: 0 }]);
  expect(await migrator.verify({ server: url })).toMatchObject({ findings: [], applied: Object.keys(files) });
});

test('verify() fails when the catalog of the scratch database could not be recorded, and drops the database', async () => {
  const files = { '1.sql': 'CREATE SCHEMA app; CREATE TABLE app.a ()' };
  const { migrator } = await ownedMigrator(files, { timeouts: { catalog: 1 } });
  await migrator.migrate();
  await db.query('DROP TABLE app.a');
  const error = await failureOf(migrator.verify(), ScratchDatabaseError);
  expect(error.message).toMatch(
    /The catalog of the scratch database could not be recorded, so nothing was compared: .*statement timeout/,
  );
});

test('verify() fails when the run in the scratch database recorded nothing but reported no error, and drops the database', async () => {
  const files = {
    '1.sql': `CREATE SCHEMA app; CREATE TABLE app.a ();
      CREATE FUNCTION app.skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
    '2.sql': `CREATE TRIGGER skip BEFORE INSERT ON shared.schema_migrations_catalog FOR EACH ROW EXECUTE FUNCTION app.skip()`,
  };
  const { migrator } = await ownedMigrator(files, { catalog: {} });
  await migrator.migrate();
  await db.query('DROP TABLE app.a');
  const error = await failureOf(migrator.verify(), ScratchDatabaseError);
  expect(error.message).toBe(
    'The catalog of the scratch database could not be recorded, so nothing was compared: the run ended without a record [SCRATCH_DATABASE]',
  );
  expect(await scratchDatabases()).toEqual([]);
});

test('verify() drops the scratch database even if the session that created it was ended', async () => {
  const files = {
    '1.sql': `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user
      AND application_name LIKE 'nestjs-pg-migrations/verify %' AND current_database() LIKE 'nestjs_pg_migrations_verify_%'`,
  };
  const { migrator } = await ownedMigrator(files);
  await migrator.migrate();
  expect(await migrator.verify()).toMatchObject({ findings: [], applied: ['1.sql'] });
  expect(await scratchDatabases()).toEqual([]);
});
