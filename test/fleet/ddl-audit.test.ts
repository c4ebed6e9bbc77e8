import { beforeEach, describe, expect, test } from '@jest/globals';
import type { FleetOptions, TenantsOptions } from '../../src/migrator.js';
import { withClient } from '../support/database/database.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { migratorOn } from '../support/migrator/migrator-on.js';
import { fleetOn, tenantsUpTo } from './fleet-on.js';

const db = useEmptyDatabase('ddl_of_tenants');
const shared = { '1_s.sql': 'CREATE TABLE public.shared_table (id int);' };
const TRANSACTIONAL = { '1_a.sql': 'CREATE TABLE a (id int, b int); ALTER TABLE a DROP COLUMN b;' };
const STEPS = {
  '2_i.sql': '-- no-transaction\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nDROP INDEX CONCURRENTLY a_id;',
};

interface Given {
  readonly history: TenantsOptions['history'];
  readonly files: Record<string, string>;
  readonly lock?: FleetOptions['lock'];
}

/** The DDL audit of the shared files, which have run. */
async function audit() {
  const { migrator } = await migratorOn(db, shared);
  await migrator.migrate();
  await migrator.enableDdlAudit();
  return { recorded: async () => (await migrator.ddlAudit()).map(({ command, object }) => `${command} ${object}`) };
}

function fleetWith({ history, files, lock = 'auto' }: Given) {
  const list = tenantsUpTo(2);
  return fleetOn(shared, {
    connectionString: db.connectionString,
    files,
    lock,
    tenants: { list, ...(history && { history }) },
  });
}

beforeEach(() => db.query('CREATE SCHEMA s0; CREATE SCHEMA s1'));

describe.each<Given>([
  { history: 'shared', files: TRANSACTIONAL },
  { history: 'shared', files: { ...TRANSACTIONAL, ...STEPS } },
  { history: 'per-tenant', files: TRANSACTIONAL },
  { history: 'per-tenant', files: { ...TRANSACTIONAL, ...STEPS } },
  { history: 'per-tenant', files: { ...TRANSACTIONAL, ...STEPS }, lock: 'transaction' },
])('the DDL audit, with $history history and the files $files', (given) => {
  test('records neither the migrations of tenants nor what provisioning creates', async () => {
    const { recorded } = await audit();
    const { fleet } = await fleetWith(given);
    expect((await fleet.migrate()).counts.applied).toBe(2);
    await fleet.provision({ name: 't2', schema: 'Sch "2"' });
    expect(await recorded()).toEqual([]);
    const { rows } = await db.query(`SELECT details FROM shared.schema_migrations_audit WHERE action = 'provision'`);
    expect(rows).toEqual([{ details: { tenant: 't2', schema: 'Sch "2"' } }]);
  });

  test('records what else is done, before, alongside and afterwards', async () => {
    const { recorded } = await audit();
    const { fleet } = await fleetWith(given);
    await db.query('CREATE SCHEMA by_hand');
    await fleet.migrate();
    await db.query('ALTER TABLE s0.a ADD COLUMN c int; CREATE SCHEMA s9');
    const named = new URL(db.connectionString);
    named.searchParams.set('application_name', 'editor: 1_a.sql');
    await withClient(named.href, (client) => client.query('CREATE TABLE s1.by_hand (id int)'));
    expect(await recorded()).toEqual([
      'CREATE SCHEMA by_hand',
      'ALTER TABLE s0.a',
      'CREATE SCHEMA s9',
      'CREATE TABLE s1.by_hand',
    ]);
  });
});

describe('the DDL audit of a database with histories of tenants', () => {
  test('is not fooled by a table of another role with the name of the history', async () => {
    const { recorded } = await audit();
    const { fleet } = await fleetWith({ history: 'per-tenant', files: TRANSACTIONAL });
    await fleet.migrate();
    const role = `intruder_${db.name}`;
    await db.query(`CREATE ROLE ${role}; CREATE SCHEMA theirs AUTHORIZATION ${role}`);
    try {
      await withClient(db.connectionString, async (client) => {
        await client.query(
          `SET ROLE ${role}; CREATE TABLE theirs.schema_migrations (migration_file text, running boolean)`,
        );
        await client.query(
          `INSERT INTO theirs.schema_migrations VALUES ('1_a.sql', true); CREATE TABLE theirs.t (id int)`,
        );
      });
      expect((await recorded()).slice(-2)).toEqual(['CREATE TABLE theirs.schema_migrations', 'CREATE TABLE theirs.t']);
    } finally {
      await db.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  test('records a table of the migrating role whose name only begins like that of the history', async () => {
    const { recorded } = await audit();
    await db.query('CREATE TABLE s0.schema_migrations_backup (id int)');
    expect(await recorded()).toEqual(['CREATE TABLE s0.schema_migrations_backup']);
  });

  test('is not disturbed by the history of another tool, and records changes to it', async () => {
    await db.query('CREATE TABLE s0.schema_migrations (version text)');
    const { recorded } = await audit();
    await withClient(db.connectionString, (client) =>
      client.query(`SET application_name = 'x: 1_a.sql'; CREATE TABLE s0.t (id int)`),
    );
    await db.query('ALTER TABLE s0.schema_migrations ADD COLUMN dirty boolean');
    await db.query('CREATE INDEX schema_migrations_x_idx ON s0.t (id)');
    await db.query('DROP TABLE s0.schema_migrations');
    expect(await recorded()).toEqual([
      'CREATE TABLE s0.t',
      'ALTER TABLE s0.schema_migrations',
      'CREATE INDEX s0.schema_migrations_x_idx',
      'DROP TABLE s0.schema_migrations',
    ]);
  });

  test('records a history that was dropped by hand', async () => {
    const { recorded } = await audit();
    const { fleet } = await fleetWith({ history: 'per-tenant', files: TRANSACTIONAL });
    await fleet.migrate();
    await db.query('DROP TABLE s0.schema_migrations');
    expect(await recorded()).toEqual(['DROP TABLE s0.schema_migrations']);
  });

  test.each(['shared', 'per-tenant'] as const)(
    'records a change in a session that wrote a %s history before, and one together with a correction',
    async (history) => {
      const { recorded } = await audit();
      const { fleet } = await fleetWith({ history, files: TRANSACTIONAL });
      await fleet.migrate();
      const table = history === 'shared' ? 'shared.schema_migrations_tenants' : 's0.schema_migrations';
      const insertion = `INSERT INTO ${table} SELECT (jsonb_populate_record(h, '{"migration_file": "9.sql"}')).* FROM ${table} h LIMIT 1`;
      await withClient(db.connectionString, async (client) => {
        await client.query(insertion);
        await client.query('CREATE TABLE public.afterwards (id int)');
        await client.query(`BEGIN; UPDATE ${table} SET checksum = NULL`);
        await client.query('CREATE TABLE public.together (id int); COMMIT');
      });
      expect(await recorded()).toEqual(['CREATE TABLE public.afterwards', 'CREATE TABLE public.together']);
    },
  );

  test('does not record a schema that deprovisioning drops, but one that is dropped by hand', async () => {
    const { recorded } = await audit();
    const { fleet } = await fleetWith({ history: 'shared', files: TRANSACTIONAL });
    await fleet.migrate();
    await fleet.deprovision('t0', { dropSchema: true });
    await db.query('DROP SCHEMA s1 CASCADE');
    expect(await recorded()).toEqual(['DROP SCHEMA s1']);
  });
});
