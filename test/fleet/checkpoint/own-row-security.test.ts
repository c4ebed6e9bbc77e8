import { expect } from '@jest/globals';
import { testWithDump } from '../../support/database/dump.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { fleetOn } from '../fleet-on.js';
import { SHARED } from './tenant-files.js';

const db = useEmptyDatabase('tenant_checkpoint_row_security');

/** The row level security of each table of a schema. */
async function securityIn(schema: string): Promise<unknown[]> {
  const { rows } = await db.query(
    `SELECT c.relname, c.relrowsecurity, p.policyname, p.roles::text, p.qual
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_policies p ON p.schemaname = n.nspname AND p.tablename = c.relname
     WHERE n.nspname = $1 AND c.relkind = 'r' ORDER BY 1`,
    [schema],
  );
  return rows;
}

testWithDump('a new tenant has the row level security that files enable on its own history', async () => {
  const files = {
    '1_security.sql': `CREATE TABLE {{schema}}.names (name text);
      GRANT ALL ON ALL TABLES IN SCHEMA {{schema}} TO PUBLIC;
      ALTER TABLE {{schema}}.schema_migrations ENABLE ROW LEVEL SECURITY;
      ALTER TABLE {{schema}}.schema_migrations_audit ENABLE ROW LEVEL SECURITY;
      CREATE POLICY listed ON {{schema}}.schema_migrations TO pg_monitor USING (checksum IN (SELECT n.name FROM {{schema}}.names n));`,
  };
  const { connectionString } = db;
  const tenants = { list: [{ name: 'old', schema: 'old' }], history: 'per-tenant' as const };
  const { fleet } = await fleetOn(SHARED, { connectionString, files, tenants });
  await db.query('CREATE SCHEMA old');
  await fleet.migrate();
  await fleet.checkpoint('1');
  const expected = await securityIn('old');
  expect(expected).toContainEqual(
    expect.objectContaining({ relname: 'schema_migrations', relrowsecurity: true, policyname: 'listed' }),
  );
  for (const schema of ['fresh', "It's odd"]) {
    expect((await fleet.provision({ name: schema.slice(0, 2), schema })).applied).toEqual(['1_checkpoint.sql']);
    expect(JSON.stringify(await securityIn(schema)).replaceAll(`\\"${schema}\\".`, `${schema}.`)).toEqual(
      JSON.stringify(expected).replaceAll('old.', `${schema}.`),
    );
  }
});
