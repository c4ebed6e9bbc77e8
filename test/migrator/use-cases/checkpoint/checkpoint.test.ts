import { afterEach, describe, expect, test } from '@jest/globals';
import { access, readFile, rm, writeFile, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError, InterruptedError, RefusedError, UnknownMigrationError } from '../../../../src/migrator.js';
import { testWithDump } from '../../../support/database/dump.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { serverMajor } from '../../../support/server/since-version.js';
import { nameOf } from '../../../postgres/history/roles.js';
import { tempDirectory } from '../../../support/files/temp-directory.js';
import { useOwnedMigrators } from '../catalog/owned-migrator.js';

const db = useEmptyDatabase('checkpoint');
const { ownedMigrator, roleWith, scratchDatabases } = useOwnedMigrators(db);
afterEach(async () => expect(await scratchDatabases()).toEqual([]));

const FILES = {
  '001_schema.sql': `
    CREATE SCHEMA app;
    CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
    CREATE TYPE app.mood AS ENUM ('sad', 'ok');
    CREATE TABLE app.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name public.citext NOT NULL, note text);
    INSERT INTO app.users (name, note) VALUES ('eve', E'a\\tb\\\\ "{{name}}"'), ('mallory', NULL);`,
  '002_values.sql': "ALTER TYPE app.mood ADD VALUE 'happy';\nCREATE TABLE app.moods (mood app.mood DEFAULT 'happy');",
  '003_index.sql': 'CREATE INDEX CONCURRENTLY by_note ON app.users (note) WHERE note IS NOT NULL;',
  '004_code.sql': `
    CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'x; y'; RETURN NEW; END $$;
    CREATE TRIGGER touch BEFORE UPDATE ON app.users FOR EACH ROW EXECUTE FUNCTION app.touch();
    CREATE VIEW app.names AS SELECT name FROM app.users;
    CREATE SEQUENCE app.tickets START 100;
    SELECT nextval('app.tickets'), nextval('app.tickets');
    GRANT SELECT ON app.names TO PUBLIC;
    COMMENT ON TABLE app.users IS 'all; of them';
    ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC;`,
  '005_later.sql': "INSERT INTO app.users (name) VALUES ('trent');",
};

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

describe('checkpoint()', () => {
  testWithDump('writes a file with which a new database is the same, rows and sequences included', async () => {
    const { migrator, directory, url } = await ownedMigrator(FILES);
    const report = await migrator.checkpoint('004');
    expect(report).toMatchObject({
      file: '004_checkpoint.sql',
      replaces: ['001_schema.sql', '002_values.sql', '003_index.sql', '004_code.sql'],
      supersedes: [],
    });
    expect(await readFile(join(directory, report.file), 'utf8')).toBe(report.sql);
    expect(report.sql).not.toContain(nameOf(url));
    expect(report.sql).not.toContain('schema_migrations');
    expect((await migrator.migrate()).applied).toEqual(['004_checkpoint.sql', '005_later.sql']);
    expect(
      (
        await db.query(
          "SELECT id::int, name::text, note, nextval('app.tickets')::int AS ticket FROM app.users ORDER BY id",
        )
      ).rows,
    ).toEqual([
      { id: 1, name: 'eve', note: 'a\tb\\ "{{name}}"', ticket: 102 },
      { id: 2, name: 'mallory', note: null, ticket: 103 },
      { id: 3, name: 'trent', note: null, ticket: 104 },
    ]);
    await rm(join(directory, report.file));
    expect(await migrator.verify()).toMatchObject({ findings: [], applied: Object.keys(FILES) });
  });

  testWithDump('continues from an earlier checkpoint whose files are gone, and writes one again', async () => {
    const { migrator, directory } = await ownedMigrator(FILES);
    const first = await migrator.checkpoint('002');
    expect((await migrator.checkpoint('002_values.sql')).sql).toBe(first.sql);
    for (const file of first.replaces) await rm(join(directory, file));
    const second = await migrator.checkpoint('4');
    expect(second).toMatchObject({ replaces: Object.keys(FILES).slice(0, 4), supersedes: ['002_checkpoint.sql'] });
    await rm(join(directory, first.file));
    expect((await migrator.migrate()).applied).toEqual(['004_checkpoint.sql', '005_later.sql']);
    expect(await migrator.drift()).toEqual([]);
  });

  testWithDump('names whoever runs it instead of the role that migrated', async () => {
    const { migrator, url, directory } = await ownedMigrator({
      '001_a.sql': `CREATE TABLE audit (id int); REVOKE UPDATE, DELETE ON audit FROM CURRENT_USER;
        CREATE POLICY p ON audit TO CURRENT_USER USING (id > 0); ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
        ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;`,
    });
    const { sql } = await migrator.checkpoint('001');
    expect(sql).not.toContain(nameOf(url));
    const other = await migratorOn(
      { connectionString: await roleWith(`GRANT CREATE ON DATABASE "${db.name}" TO`, 'GRANT ALL ON SCHEMA public TO') },
      directory,
    );
    await other.migrator.migrate();
    const { rows } = await db.query<{ own: boolean; policy: boolean }>(
      `SELECT c.relacl::text !~ ('(^|[{,])' || quote_ident(o.rolname) || '=[a-z]*[wd]') AS own, p.polroles = ARRAY[o.oid] AS policy
       FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner JOIN pg_policy p ON p.polrelid = c.oid WHERE c.oid = 'audit'::regclass`,
    );
    expect(rows).toEqual([{ own: true, policy: true }]);
  });

  testWithDump('writes nothing with dryRun, and reports owners that migrations set', async () => {
    const { migrator, directory, url } = await ownedMigrator({
      '001_a.sql': 'CREATE TABLE a (id int); ALTER TABLE a OWNER TO CURRENT_USER;',
    });
    const { sql, file } = await migrator.checkpoint('001', { dryRun: true });
    expect(sql).toContain('CREATE TABLE public.a');
    expect(sql).not.toContain(nameOf(url));
    expect(await exists(join(directory, file))).toBe(false);
  });

  testWithDump('refuses to write a file that leaves out something, and names it', async () => {
    const comment = "EXECUTE format('COMMENT ON DATABASE %I IS ''mine''', current_database())";
    const { migrator, directory } = await ownedMigrator({
      '001_a.sql': `CREATE TABLE a (); DO $$ BEGIN ${comment}; END $$`,
    });
    const error = await failureOf(migrator.checkpoint('001'), CheckpointError);
    expect(error.differences).toEqual(['Comment on database']);
    expect(error.message).toContain('001_checkpoint.sql was not written');
    expect(await exists(join(directory, '001_checkpoint.sql'))).toBe(false);
  });
});

describe('before anything is created, checkpoint() refuses', () => {
  test('an unknown version', async () => {
    const { migrator } = await ownedMigrator(FILES);
    await expect(migrator.checkpoint('007')).rejects.toThrow(UnknownMigrationError);
  });

  test('statements whose effect is not in a dump, and placeholders', async () => {
    const files = {
      '001_role.sql': 'CREATE TABLE a ();\nCREATE ROLE x;',
      '002_value.sql': "SELECT '{{name}}';",
      '003_do.sql': 'DO $$ BEGIN IF true THEN create  role x; END IF; END $$;',
    };
    const { migrator } = await ownedMigrator(files, { placeholders: { name: 'secret' } });
    const error = await failureOf(migrator.checkpoint('003'), RefusedError);
    expect(error.refusals).toMatchObject([
      { code: 'NOT_IN_CHECKPOINT', subject: '001_role.sql', line: 2, reason: 'reaches-further', detail: 'CREATE ROLE' },
      { code: 'NOT_IN_CHECKPOINT', subject: '003_do.sql', line: 1, reason: 'reaches-further' },
      { code: 'NOT_IN_CHECKPOINT', subject: '002_value.sql', reason: 'placeholder-value', detail: 'name' },
    ]);
  });

  test('a name that another file has', async () => {
    const { migrator } = await ownedMigrator({ '001_a.sql': 'SELECT 1;', '001_checkpoint.sql': 'SELECT 2;' });
    const error = await failureOf(migrator.checkpoint('001'), CheckpointError);
    expect(error.message).toContain('001_checkpoint.sql already exists and is not a checkpoint');
  });
});

describe('without a suitable pg_dump', () => {
  const A = { '001_a.sql': 'CREATE TABLE a ();' };

  test('says what is missing', async () => {
    const { migrator } = await ownedMigrator(A);
    const error = await failureOf(migrator.checkpoint('1', { pgDump: '/nowhere/pg_dump' }), CheckpointError);
    expect(error.message).toMatch(
      /: it is made with pg_dump, and \/nowhere\/pg_dump was not found\. Install pg_dump \d+ or later .* for example with --pg-dump \/usr/,
    );
  });

  test.each([
    [
      'is too old',
      'echo "pg_dump (PostgreSQL) 9.6.1"',
      `is version 9.6.1, and the server runs PostgreSQL ${serverMajor()}, which an older pg_dump cannot dump. Install`,
    ],
    [
      'fails',
      'if [ "$1" = --version ]; then echo 99.0; else echo "oh no, password=hidden" >&2; exit 3; fi',
      /ended with exit code 3: oh no/,
    ],
  ])('says if it %s, and drops the scratch database', async (_, script, expected) => {
    const { migrator } = await ownedMigrator(A);
    const program = join(await tempDirectory(), 'pg_dump');
    await writeFile(program, `#!/bin/sh\n${script}\n`);
    await chmod(program, 0o755);
    const error = await failureOf(migrator.checkpoint('1', { pgDump: program }), CheckpointError);
    expect(error.message).toMatch(expected);
    expect(error.message).not.toContain('hidden');
  });

  test('passes on the connection of the scratch database, and no other variables of libpq', async () => {
    const { migrator } = await ownedMigrator(A);
    const directory = await tempDirectory();
    const program = join(directory, 'pg_dump');
    await writeFile(
      program,
      `#!/bin/sh\nif [ "$1" = --version ]; then echo 99.0; else env > "${directory}/env"; exit 3; fi\n`,
    );
    await chmod(program, 0o755);
    const before = { ...process.env };
    Object.assign(process.env, {
      PGSERVICE: 'live',
      PGHOSTADDR: '192.0.2.1',
      PGOPTIONS: '-c work_mem=4096',
    });
    try {
      await failureOf(migrator.checkpoint('1', { pgDump: program }), CheckpointError);
    } finally {
      for (const name of ['PGSERVICE', 'PGHOSTADDR', 'PGOPTIONS'])
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
    }
    const passed = await readFile(join(directory, 'env'), 'utf8');
    expect(passed).toMatch(/^PGDATABASE=nestjs_pg_migrations_verify_[0-9a-f]{12}$/m);
    expect(passed).toMatch(/^PGSSLMODE=disable$/m);
    expect(passed).not.toMatch(/^PG(?:SERVICE|HOSTADDR|OPTIONS)=/m);
  });

  test('can be interrupted while it runs', async () => {
    const { migrator } = await ownedMigrator(A);
    const directory = await tempDirectory();
    const program = join(directory, 'pg_dump');
    await writeFile(program, `#!/bin/sh\ntouch "${directory}/started"\nexec sleep 600\n`);
    await chmod(program, 0o755);
    const abort = new AbortController();
    const making = migrator.checkpoint('1', { pgDump: program, signal: abort.signal });
    const watched = failureOf(making, InterruptedError);
    while (!(await exists(join(directory, 'started')))) await new Promise((resolve) => setImmediate(resolve));
    abort.abort('the test');
    expect((await watched).message).toContain('the test');
  });
});
