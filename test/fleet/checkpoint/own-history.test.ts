import { expect } from '@jest/globals';
import { testWithDump } from '../../support/database/dump.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { quoteIdentifier } from '../../../src/core/sql/text/quote.js';
import { fleetOn } from '../fleet-on.js';
import { FILES, SHARED } from './tenant-files.js';

const db = useEmptyDatabase('tenant_checkpoint_history');

/** What roles other than the owner may do with the tables of a schema. */
async function privilegesIn(schema: string): Promise<unknown[]> {
  const { rows } = await db.query(
    `SELECT c.relname, a.grantee::regrole::text, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
     WHERE c.relnamespace = $1::regnamespace AND a.grantee <> c.relowner ORDER BY 1, 2, 3`,
    [quoteIdentifier(schema)],
  );
  return rows;
}

testWithDump('a new tenant has the privileges that files grant on its own history', async () => {
  const files = {
    ...FILES,
    '4_rows.sql': `UPDATE {{schema}}.users SET level = 1 WHERE level IS NULL;
      INSERT INTO {{schema}}.texts SELECT name::text FROM {{schema}}.users;`,
    '4_grants.sql': `GRANT SELECT ON ALL TABLES IN SCHEMA {{schema}} TO PUBLIC;
      GRANT UPDATE ON {{schema}}.schema_migrations TO pg_monitor;`,
  };
  const { connectionString } = db;
  const tenants = { list: [{ name: 'old', schema: 'old' }], history: 'per-tenant' as const };
  const { fleet } = await fleetOn(SHARED, { connectionString, files, tenants });
  await db.query('CREATE SCHEMA old');
  await fleet.migrate();
  const { sql } = await fleet.checkpoint('5');
  expect(sql).not.toContain('INTO {{schema}}.schema_migrations');
  const expected = await privilegesIn('old');
  expect(expected).toContainEqual({
    relname: 'schema_migrations',
    grantee: 'pg_monitor',
    privilege_type: 'UPDATE',
  });
  for (const schema of ['fresh', "It's odd"]) {
    expect((await fleet.provision({ name: schema.slice(0, 2), schema })).applied).toEqual(['5_checkpoint.sql']);
    expect(await privilegesIn(schema)).toEqual(expected);
  }
});
