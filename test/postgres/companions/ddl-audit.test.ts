import { beforeEach, describe, expect, test } from '@jest/globals';
import { ddlTable } from '../../../src/postgres/companions/ddl-audit.js';
import { DatabaseError, HistoryTableError } from '../../../src/migrator.js';
import { schemasNamed } from '../../../src/postgres/catalog/queries/scope.js';
import { catalogOf, differences } from '../../support/database/catalog-of.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';
import { createRole } from '../../support/database/role.js';

const db = useEmptyDatabase('ddl_audit');

const HISTORY = { schema: 'shared', table: 'schema_migrations' };
const FILES = { '1.sql': 'CREATE TABLE orders (id int, note text);' };

let observed: ObservedMigrator;

beforeEach(async () => {
  observed = await migratorOn(db, FILES);
  await observed.migrator.migrate();
  await observed.migrator.enableDdlAudit();
});

const recorded = async (): Promise<unknown[]> =>
  (await observed.migrator.ddlAudit()).map(({ command, object, dropped }) => [command, object, dropped]);

describe('the DDL audit', () => {
  test('records who changed what, from where and when', async () => {
    const url = new URL(db.connectionString);
    url.searchParams.set('application_name', 'psql');
    const login = await withClient(url.href, async (client) => {
      await client.query('ALTER TABLE orders ADD COLUMN status text');
      const { rows } = await client.query('SELECT session_user AS login, host(inet_client_addr()) AS address');
      return rows[0] as { login: string; address: string | null };
    });
    const [entry, ...others] = await observed.migrator.ddlAudit();
    expect(others).toEqual([]);
    expect(entry).toEqual({
      id: expect.any(Number),
      at: expect.any(Date),
      role: login.login,
      login: login.login,
      application: 'psql',
      address: login.address,
      command: 'ALTER TABLE',
      objectType: 'table',
      object: 'public.orders',
      dropped: false,
    });
  });

  test('records a role without any other privileges, and the role that it acts as', async () => {
    const role = await createRole();
    await db.query(`CREATE SCHEMA own AUTHORIZATION ${role.name}`);
    await withClient(db.connectionString, async (client) => {
      await client.query(`SET ROLE ${role.name}; CREATE TABLE own.t (id int)`);
      await expect(client.query('SELECT FROM shared.schema_migrations_ddl')).rejects.toThrow('permission denied');
    });
    const entries = await observed.migrator.ddlAudit();
    expect(entries.at(-1)).toMatchObject({ role: role.name, command: 'CREATE TABLE', object: 'own.t' });
    expect(entries.at(-1)!.login).not.toBe(role.name);
    await db.query(`DROP OWNED BY ${role.name}`);
  });

  test('records dropped objects, including a column dropped by a cascade', async () => {
    await db.query('ALTER TABLE orders DROP COLUMN note');
    await db.query('DROP TABLE orders');
    expect(await recorded()).toEqual([
      ['ALTER TABLE', 'public.orders.note', true],
      ['ALTER TABLE', 'public.orders', false],
      ['DROP TABLE', 'public.orders', true],
    ]);
  });

  test('records a command without an object, but not temporary tables or anything rolled back', async () => {
    await db.query('GRANT SELECT ON orders TO PUBLIC');
    await db.query('CREATE TEMPORARY TABLE passing (id int); DROP TABLE passing');
    await db.query('BEGIN; CREATE TABLE undone (id int); ROLLBACK');
    expect(await recorded()).toEqual([['GRANT', null, false]]);
  });

  test('does not record migrations, transactional or not, but everything run alongside them', async () => {
    const files = {
      ...FILES,
      '2.sql':
        'ALTER TABLE orders ADD COLUMN a int; DO $$ BEGIN ALTER TABLE orders DROP COLUMN note; EXCEPTION WHEN division_by_zero THEN NULL; END $$;',
      '3.sql': 'CREATE INDEX CONCURRENTLY by_id ON orders (id); CREATE TABLE later (id int);',
      '4.sql': 'CREATE TABLE last (id int); SELECT pg_sleep(0.5);',
    };
    const { migrator } = await migratorOn(db, files);
    const run = migrator.migrate();
    await db.query('CREATE TABLE beside (id int)');
    expect((await run).applied).toEqual(['2.sql', '3.sql', '4.sql']);
    expect(await recorded()).toEqual([['CREATE TABLE', 'public.beside', false]]);
  });

  test('does not record a migration that chooses another role, nor one with the lock on another connection', async () => {
    const role = await createRole();
    await db.query(`CREATE SCHEMA own AUTHORIZATION ${role.name}`);
    const files = {
      ...FILES,
      '2.sql': `SET ROLE ${role.name}; CREATE TABLE own.a (id int)`,
      '3.sql': `SET SESSION AUTHORIZATION ${role.name}; CREATE TABLE own.b (id int)`,
      '4.sql': 'CREATE INDEX CONCURRENTLY by_id ON orders (id)',
    };
    const { migrator } = await migratorOn(db, files, { lock: 'transaction' });
    expect((await migrator.migrate()).applied).toEqual(['2.sql', '3.sql', '4.sql']);
    expect(await recorded()).toEqual([['CREATE SCHEMA', 'own', false]]);
    await db.query(`DROP OWNED BY ${role.name}`);
  });

  test('does not record changes to the companion tables', async () => {
    await db.query('DROP TABLE shared.schema_migrations_incidents');
    const { migrator } = await migratorOn(db, { ...FILES, '2.sql': 'SELECT 2' });
    await migrator.migrate();
    expect(await recorded()).toEqual([]);
  });

  test('never makes a command fail', async () => {
    await db.query('ALTER TABLE shared.schema_migrations_ddl RENAME TO elsewhere');
    await db.query('CREATE TABLE fine (id int); DROP TABLE fine');
    await db.query('ALTER TABLE shared.elsewhere RENAME TO schema_migrations_ddl');
    await db.query('ALTER TABLE shared.schema_migrations_ddl ADD CHECK (command IS NULL) NOT VALID');
    await db.query('CREATE TABLE fine (id int); DROP TABLE fine');
    await db.query('CREATE TABLE proof (id int)');
    expect((await db.query(`SELECT to_regclass('public.proof') IS NOT NULL AS made`)).rows).toEqual([{ made: true }]);
  });

  test.each(['ALTER SCHEMA shared RENAME TO elsewhere', 'DROP TABLE shared.schema_migrations_ddl'])(
    'does not keep commands waiting for a session that is idle after %s',
    async (blocking) => {
      await withClient(db.connectionString, async (blocker) => {
        await blocker.query(`BEGIN; ${blocking}`);
        await withClient(db.connectionString, async (client) => {
          await client.query(`SET statement_timeout = '30s'`);
          await client.query('CREATE TABLE unrecorded (id int)');
          await client.query('CREATE TEMPORARY TABLE passing (id int); DROP TABLE passing');
        });
        await blocker.query('ROLLBACK');
      });
      await db.query('DROP TABLE unrecorded');
      expect(await recorded()).toEqual([['DROP TABLE', 'public.unrecorded', true]]);
    },
  );

  test('takes no lock for a temporary table', async () => {
    await withClient(db.connectionString, async (client) => {
      await client.query('BEGIN; CREATE TEMPORARY TABLE passing (id int)');
      await db.query(
        'BEGIN; LOCK TABLE shared.schema_migrations_ddl NOWAIT; ALTER SCHEMA shared RENAME TO x; ROLLBACK',
      );
    });
    expect(await recorded()).toEqual([]);
  });

  test('is not affected by objects or settings of its caller', async () => {
    await withClient(db.connectionString, async (client) => {
      await client.query(
        `CREATE FUNCTION public.starts_with(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'hijacked'; END $$`,
      );
      await client.query('SET search_path = public, pg_catalog; CREATE TABLE safe (id int)');
    });
    expect(await recorded()).toContainEqual(['CREATE TABLE', 'public.safe', false]);
  });

  test('can be enabled twice, and disabled, and keeps its entries', async () => {
    await db.query('CREATE TABLE one (id int)');
    await observed.migrator.enableDdlAudit();
    await db.query('CREATE TABLE two (id int)');
    await observed.migrator.disableDdlAudit();
    await db.query('CREATE TABLE three (id int)');
    expect(await recorded()).toEqual([
      ['CREATE TABLE', 'public.one', false],
      ['CREATE TABLE', 'public.two', false],
    ]);
    await observed.migrator.disableDdlAudit();
  });

  test('does not count as schema drift', async () => {
    const read = () => catalogOf(db.connectionString, { schemas: schemasNamed(['*']), without: [ddlTable(HISTORY)] });
    const enabled = await read();
    await observed.migrator.disableDdlAudit();
    expect(differences(await read(), enabled)).toEqual([]);
    await db.query('DROP TABLE shared.schema_migrations_ddl');
    expect(differences(await read(), enabled)).toEqual([]);
    await db.query(
      `CREATE FUNCTION foreign_one() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER foreign_one ON sql_drop EXECUTE FUNCTION foreign_one()`,
    );
    expect(differences(enabled, await read())).toEqual(
      expect.arrayContaining(['added Event trigger foreign_one', 'added Function public.foreign_one()']),
    );
  });

  test('with dryRun gives the SQL for an administrator, and changes nothing', async () => {
    const off = await observed.migrator.disableDdlAudit({ dryRun: true });
    await db.query('CREATE TABLE one (id int)');
    await db.query(off);
    await db.query('CREATE TABLE two (id int)');
    await db.query(await observed.migrator.enableDdlAudit({ dryRun: true }));
    await db.query('CREATE TABLE three (id int)');
    expect(await recorded()).toEqual([
      ['CREATE TABLE', 'public.one', false],
      ['CREATE TABLE', 'public.three', false],
    ]);
  });
});

describe('the DDL audit cannot be enabled', () => {
  test('by a role that is not a superuser: the error says what to do', async () => {
    const role = await createRole();
    await db.query(
      `GRANT ALL ON SCHEMA shared TO ${role.name}; GRANT SELECT ON shared.schema_migrations TO ${role.name}`,
    );
    const { migrator } = await migratorOn({ connectionString: role.urlOf(db) }, FILES);
    const error = await failureOf(migrator.enableDdlAudit(), DatabaseError);
    expect(error.message).toContain('enableDdlAudit({ dryRun: true })');
    await db.query(`DROP OWNED BY ${role.name}`);
  });

  test('before the history exists', async () => {
    const { migrator } = await migratorOn(db, FILES, { table: 'nowhere.history' });
    await failureOf(migrator.enableDdlAudit(), HistoryTableError);
    expect(await migrator.ddlAudit()).toEqual([]);
  });
});
