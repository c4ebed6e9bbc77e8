import { expect } from '@jest/globals';
import type { Migrator } from '../../../../src/migrator.js';
import { testWithDump } from '../../../support/database/dump.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { useOwnedMigrators } from '../catalog/owned-migrator.js';

const db = useEmptyDatabase('checkpoint_own_access');
const { ownedMigrator } = useOwnedMigrators(db);

/** Checks that a database that starts at the checkpoint gives the same rows as one that ran the migrations. @returns them */
async function rowsAfterCheckpoint(migrator: Migrator, sql: string): Promise<unknown[]> {
  await migrator.migrate();
  const { rows } = await db.query(sql);
  await migrator.checkpoint('1');
  await db.query('DROP SCHEMA shared CASCADE');
  expect((await migrator.migrate()).applied).toEqual(['1_checkpoint.sql']);
  expect((await db.query(sql)).rows).toEqual(rows);
  return rows;
}

testWithDump('privileges that migrations grant on our own tables are in the checkpoint', async () => {
  const privileges = `SELECT c.relname, a.grantee::regrole::text, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.relnamespace = 'shared'::regnamespace AND a.grantee <> c.relowner UNION ALL
    SELECT c.relname || '.' || t.attname, a.grantee::regrole::text, a.privilege_type
    FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
    WHERE c.relnamespace = 'shared'::regnamespace ORDER BY 1, 2, 3`;
  const { migrator, directory, url } = await ownedMigrator({
    '1_a.sql': `GRANT SELECT ON ALL TABLES IN SCHEMA shared TO PUBLIC, pg_monitor;
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA shared TO pg_monitor;
      GRANT UPDATE (checksum) ON shared.schema_migrations TO pg_monitor;`,
  });
  const expected = await rowsAfterCheckpoint(migrator, privileges);
  expect(expected).toContainEqual({ relname: 'schema_migrations_audit', grantee: '-', privilege_type: 'SELECT' });
  expect(expected).toContainEqual({
    relname: 'schema_migrations_audit_id_seq',
    grantee: 'pg_monitor',
    privilege_type: 'USAGE',
  });
  // Elsewhere, the tables may have other names.
  const other = await migratorOn({ connectionString: url }, directory, { table: 'other.history' });
  expect((await other.migrator.migrate()).applied).toEqual(['1_checkpoint.sql']);
});

testWithDump('row level security that migrations enable on our own tables is in the checkpoint', async () => {
  const security = `SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
      p.policyname, p.permissive, p.roles::text, p.cmd, p.qual, p.with_check
    FROM pg_class c LEFT JOIN pg_policies p ON p.schemaname = 'shared' AND p.tablename = c.relname
    WHERE c.relnamespace = 'shared'::regnamespace AND c.relkind = 'r' ORDER BY c.relname, p.policyname`;
  const { migrator } = await ownedMigrator({
    '1_a.sql': `GRANT ALL ON ALL TABLES IN SCHEMA shared TO PUBLIC;
      DO $$ DECLARE t name; BEGIN
        FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'shared' LOOP
          EXECUTE format('ALTER TABLE shared.%I ENABLE ROW LEVEL SECURITY', t);
        END LOOP;
      END $$;
      ALTER TABLE shared.schema_migrations FORCE ROW LEVEL SECURITY;
      CREATE POLICY "rows ON others" ON shared.schema_migrations TO CURRENT_USER USING (true);
      CREATE POLICY named ON shared.schema_migrations AS RESTRICTIVE FOR SELECT USING (checksum IS DISTINCT FROM '$body$');`,
  });
  const expected = await rowsAfterCheckpoint(migrator, security);
  expect(expected).toContainEqual(
    expect.objectContaining({ relname: 'schema_migrations_audit', relrowsecurity: true, policyname: null }),
  );
  expect(expected).toContainEqual(
    expect.objectContaining({ relname: 'schema_migrations', relforcerowsecurity: true, policyname: 'rows ON others' }),
  );
});
