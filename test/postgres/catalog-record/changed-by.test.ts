import { describe, expect, test } from '@jest/globals';
import { renderFinding } from '../../../src/migrator.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';
import { createRole } from '../../support/database/role.js';

const db = useEmptyDatabase('changed_by');
const FILES = {
  '1.sql': `CREATE TABLE orders (id int PRIMARY KEY, note text); CREATE VIEW notes AS SELECT note FROM orders;
    CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE old (); CREATE SCHEMA other; CREATE TABLE other.t ();`,
};

/** A migrated database, in which commands are recorded. */
async function audited(): Promise<ObservedMigrator> {
  const observed = await migratorOn(db, FILES);
  await observed.migrator.migrate();
  await observed.migrator.enableDdlAudit();
  return observed;
}

/** Runs commands as psql would. */
function inPsql(sql: string): Promise<unknown> {
  const url = new URL(db.connectionString);
  url.searchParams.set('application_name', 'psql');
  return withClient(url.href, (client) => client.query(sql));
}

describe('a finding about an object', () => {
  test('names who changed it, with what, from where and when, if that is recorded', async () => {
    const { migrator } = await audited();
    const role = await createRole();
    await db.query(`GRANT ALL ON SCHEMA public TO ${role.name}`);
    await inPsql(`SET ROLE ${role.name}; CREATE TABLE by_hand (); RESET ROLE;
      ALTER TABLE orders ADD status text; CREATE INDEX by_note ON orders (note); CREATE OR REPLACE VIEW notes AS SELECT note FROM orders LIMIT 1;
      CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 2'; DROP TABLE old; DROP SCHEMA other CASCADE`);
    const findings = await migrator.drift();
    const commands = findings.map(({ subject, changedBy = [] }) => [
      subject,
      ...changedBy.map(({ command }) => command),
    ]);
    expect(commands).toEqual([
      ['Schema other', 'DROP SCHEMA'],
      ['Table other.t', 'DROP SCHEMA'],
      ['Table public.old', 'DROP TABLE'],
      ['Column public.orders.status', 'ALTER TABLE'],
      ['Index by_note on public.orders', 'CREATE INDEX'],
      ['Table public.by_hand', 'CREATE TABLE'],
      ['View public.notes', 'CREATE VIEW'],
      ['Function public.f(integer)', 'CREATE FUNCTION'],
    ]);
    const found = findings.find(({ subject }) => subject === 'Table public.by_hand');
    const { rows } = await db.query<{ login: string; address: string | null }>(
      'SELECT session_user AS login, host(inet_client_addr()) AS address',
    );
    const [client] = rows;
    const [author] = found?.changedBy ?? [];
    expect(author).toEqual({
      command: 'CREATE TABLE',
      at: expect.any(Date),
      role: role.name,
      login: client?.login,
      application: 'psql',
      address: client?.address,
    });
    const who = [`${role.name} (login ${client?.login})`, 'psql', client?.address].filter(Boolean).join(', ');
    expect(found && renderFinding(found)).toContain(
      `was created without a migration, after ${found?.since?.toISOString()} (CREATE TABLE by ${who}, at ${author?.at.toISOString()}). `,
    );
    await db.query('DROP TABLE by_hand');
    await db.query(`REVOKE ALL ON SCHEMA public FROM ${role.name}`);
  });

  test('names nobody for changes before the last clean check, or changes that are not recorded', async () => {
    const { migrator } = await audited();
    await inPsql('ALTER TABLE orders ADD status text; ALTER TABLE orders DROP status');
    await migrator.acceptCatalog();
    const next = await migratorOn(db, { ...FILES, '2.sql': 'CREATE TABLE more ()' });
    await next.migrator.migrate(); // records the catalog again
    await migrator.disableDdlAudit();
    await inPsql('ALTER TABLE orders ADD status text');
    expect(await next.migrator.drift()).toMatchObject([{ subject: 'Column public.orders.status' }]);
    expect(await next.migrator.drift()).toMatchObject([expect.not.objectContaining({ changedBy: expect.anything() })]);
  });

  test('is reported without its author to a role that may not read the audit', async () => {
    const { migrator } = await audited();
    await inPsql('ALTER TABLE orders ADD status text');
    const role = await createRole();
    await db.query(
      `GRANT USAGE ON SCHEMA shared TO ${role.name}; GRANT SELECT ON shared.schema_migrations, shared.schema_migrations_catalog TO ${role.name}`,
    );
    const reading = await migratorOn({ connectionString: role.urlOf(db) }, FILES);
    expect(await reading.migrator.drift()).toEqual([expect.not.objectContaining({ changedBy: expect.anything() })]);
    expect(await migrator.drift()).toMatchObject([{ changedBy: [{ command: 'ALTER TABLE' }] }]);
    await db.query(`DROP OWNED BY ${role.name}`);
  });
});
