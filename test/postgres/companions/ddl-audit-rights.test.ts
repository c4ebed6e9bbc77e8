import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DatabaseError } from '../../../src/migrator.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';
import { createRole } from '../../support/database/role.js';

const db = useEmptyDatabase('ddl_audit_rights');
const FILES = { '1.sql': 'CREATE TABLE shared.orders (id int)' };
const HISTORY = 'shared.schema_migrations';

let owner: Awaited<ReturnType<typeof createRole>>;
let admin: ObservedMigrator;

/** The history belongs to a role that is not a superuser. Its function makes it one as soon as a superuser runs it. */
beforeEach(async () => {
  owner = await createRole();
  await db.query(`GRANT CREATE ON DATABASE "${db.name}" TO ${owner.name}`);
  await (await migratorOn({ connectionString: owner.urlOf(db) }, FILES)).migrator.migrate();
  admin = await migratorOn(db, FILES);
  await asOwner(
    `CREATE SCHEMA mine;
     CREATE FUNCTION mine.rise() RETURNS text LANGUAGE plpgsql AS $$ BEGIN
       IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN EXECUTE 'ALTER ROLE ${owner.name} SUPERUSER'; END IF;
       RETURN '';
     END $$;
     CREATE FUNCTION mine.fixed(int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN mine.rise(); END $$;
     CREATE TYPE mine.t AS (x boolean);
     CREATE FUNCTION mine.truth(mine.t) RETURNS boolean LANGUAGE sql AS 'SELECT mine.rise() = ''''';
     CREATE CAST (mine.t AS boolean) WITH FUNCTION mine.truth(mine.t) AS IMPLICIT;
     CREATE FUNCTION mine.word(mine.t) RETURNS text LANGUAGE sql AS 'SELECT mine.rise()';
     CREATE CAST (mine.t AS text) WITH FUNCTION mine.word(mine.t) AS IMPLICIT;
     CREATE FUNCTION mine.fire() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM mine.rise(); RETURN NEW; END $$;`,
  );
});

afterEach(() => db.query(`DROP OWNED BY ${owner.name} CASCADE`));

const asOwner = (...queries: string[]) =>
  withClient(owner.urlOf(db), async (client) => {
    for (const query of queries) await client.query(query);
  });

const recorded = async () => (await admin.migrator.ddlAudit()).map(({ command, object }) => `${command} ${object}`);

async function expectNoSuperuser(): Promise<void> {
  const { rows } = await db.query(`SELECT rolsuper FROM pg_roles WHERE rolname = '${owner.name}'`);
  expect(rows).toEqual([{ rolsuper: false }]);
}

const ROWS = `(migration_file text, running mine.t); INSERT INTO`;
const FORGED = [
  [
    'a cast in a table like the history of a tenant',
    `CREATE TABLE mine.schema_migrations ${ROWS} mine.schema_migrations VALUES ('x', ROW(true))`,
  ],
  [
    'a cast in the shared history of tenants',
    `CREATE TABLE ${HISTORY}_tenants ${ROWS} ${HISTORY}_tenants VALUES ('x', ROW(true))`,
  ],
  [
    'a cast in the history',
    `ALTER TABLE ${HISTORY} ALTER running DROP DEFAULT, ALTER running TYPE mine.t USING ROW(running)::mine.t`,
  ],
  ['a cast in the audit', `ALTER TABLE ${HISTORY}_audit ALTER action TYPE mine.t USING ROW(true)::mine.t`],
  [
    'an index on the history whose expression makes the planner run a function',
    `CREATE INDEX ON ${HISTORY} ((migration_file || mine.fixed(1)))`,
  ],
  [
    'a view in place of the history',
    `ALTER TABLE ${HISTORY} RENAME TO old; CREATE VIEW ${HISTORY} AS SELECT migration_file, mine.truth(ROW(running)) AS running, xmin FROM shared.old`,
  ],
] as const;

describe('the DDL audit gives the owner of the history no rights', () => {
  test.each(FORGED)('through %s', async (_, forged) => {
    await admin.migrator.enableDdlAudit();
    await asOwner(forged, `SET application_name = 'a: x'`, 'CREATE TABLE mine.made (id int)', 'CREATE SCHEMA more');
    await expectNoSuperuser();
    expect((await recorded()).slice(-2)).toEqual(['CREATE TABLE mine.made', 'CREATE SCHEMA more']);
  });

  test.each([
    ['an operator', 'OPERATOR public.= (LEFTARG = oid, RIGHTARG = regclass, FUNCTION = mine.equal)'],
    ['a function', `FUNCTION public.format(text, text, name) RETURNS text LANGUAGE sql AS 'SELECT mine.rise()'`],
  ])('through %s in a schema on the path of the superuser who enables it', async (_, forged) => {
    await db.query(`GRANT CREATE ON SCHEMA public TO ${owner.name}`);
    await asOwner(
      `CREATE FUNCTION mine.equal(oid, regclass) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM mine.rise(); RETURN $1 = $2::oid; END'`,
      `CREATE ${forged}`,
    );
    await admin.migrator.enableDdlAudit();
    await expectNoSuperuser();
    await db.query(await admin.migrator.enableDdlAudit({ dryRun: true }));
    await expectNoSuperuser();
  });

  test('through a table in place of the one with its entries', async () => {
    await admin.migrator.enableDdlAudit();
    await asOwner(
      `CREATE TABLE shared.forged (LIKE ${HISTORY}_ddl INCLUDING ALL); DROP TABLE ${HISTORY}_ddl;
       ALTER TABLE shared.forged RENAME TO schema_migrations_ddl`,
      `CREATE TRIGGER fire BEFORE INSERT ON ${HISTORY}_ddl FOR EACH STATEMENT EXECUTE FUNCTION mine.fire()`,
      'CREATE TABLE mine.made (id int)',
    );
    await expectNoSuperuser();
    expect((await db.query(`SELECT to_regclass('mine.made') IS NOT NULL AS made`)).rows).toEqual([{ made: true }]);
  });

  test('through a table or a function that was there before it was enabled', async () => {
    await asOwner(
      `CREATE TABLE ${HISTORY}_ddl (id int)`,
      `CREATE FUNCTION ${HISTORY}_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'`,
    );
    const error = await failureOf(admin.migrator.enableDdlAudit(), DatabaseError);
    expect(error.message).toContain(`${HISTORY}_ddl belongs to a role that could change what is recorded`);
    await asOwner(`DROP TABLE ${HISTORY}_ddl`);
    await admin.migrator.enableDdlAudit();
    const { rows } = await db.query(
      `SELECT pg_get_userbyid(proowner) = current_user AS own FROM pg_proc WHERE oid = '${HISTORY}_ddl()'::regprocedure`,
    );
    expect(rows).toEqual([{ own: true }]);
  });
});

test('the DDL audit writes nothing if the schema gets its name while a command waits to lock it', async () => {
  await admin.migrator.enableDdlAudit();
  await db.query('ALTER SCHEMA shared RENAME TO old; CREATE SCHEMA shared');
  await withClient(db.connectionString, async (swapping) => {
    await swapping.query('BEGIN; ALTER SCHEMA shared RENAME TO decoy; ALTER SCHEMA old RENAME TO shared');
    const over: string[] = [];
    const command = asOwner('CREATE TABLE mine.made (id int)').finally(() => over.push('CREATE TABLE'));
    const waiting = `SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'`;
    while (over.length === 0 && (await db.query(waiting)).rowCount === 0);
    await swapping.query('COMMIT');
    await command;
  });
  expect(await recorded()).not.toContain('CREATE TABLE mine.made');
});

describe('without a superuser, the DDL audit depends on the owner of the schema', () => {
  let manager: Awaited<ReturnType<typeof createRole>>;

  beforeEach(async () => {
    manager = await createRole();
    await db.query(`GRANT ALL ON SCHEMA shared TO ${manager.name}; GRANT SELECT ON ${HISTORY} TO ${manager.name}`);
  });

  afterEach(() => db.query(`DROP OWNED BY ${manager.name} CASCADE`));

  const ownSchema = () => db.query(`ALTER SCHEMA shared OWNER TO ${manager.name}`);

  test('and is refused unless that is the role that enables it', async () => {
    const script = await admin.migrator.enableDdlAudit({ dryRun: true });
    // Only on a managed server may the role run these.
    const enable = script.replaceAll(/^CREATE EVENT TRIGGER .*\n/gm, '');
    await withClient(manager.urlOf(db), async (client) => {
      await expect(client.query(enable)).rejects.toThrow('The owner of the schema shared could put another table');
      await client.query('ROLLBACK');
      await ownSchema();
      await client.query(enable);
    });
  });

  test('and records nothing unless that is the owner of its function', async () => {
    await admin.migrator.enableDdlAudit();
    const table = `${HISTORY}_ddl`;
    await db.query(`ALTER FUNCTION ${table}() OWNER TO ${manager.name}; ALTER TABLE ${table} OWNER TO ${manager.name}`);
    await asOwner('CREATE TABLE mine.first ()');
    await ownSchema();
    await asOwner('CREATE TABLE mine.second ()');
    expect((await recorded()).filter((entry) => entry.includes('mine.'))).toEqual(['CREATE TABLE mine.second']);
  });
});

describe('the DDL audit records a role that may not write the history', () => {
  test('even if it takes the locks of a migration', async () => {
    await admin.migrator.enableDdlAudit();
    const other = await createRole();
    await db.query(`GRANT USAGE ON SCHEMA shared TO ${other.name}; CREATE SCHEMA theirs AUTHORIZATION ${other.name}`);
    await withClient(other.urlOf(db), async (client) => {
      await client.query(`SET application_name = 'a: 1.sql'; BEGIN; PREPARE p AS DELETE FROM ${HISTORY}`);
      await client.query('CREATE TABLE theirs.hidden (id int); COMMIT');
    });
    expect((await recorded()).at(-1)).toBe('CREATE TABLE theirs.hidden');
    await db.query(`DROP OWNED BY ${other.name}`);
  });
});
