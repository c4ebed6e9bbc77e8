import { afterEach, describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { renderEvent } from '../../../../src/core/events/render-event.js';
import { DatabaseError, MigrationFailedError, type MigratorOptions } from '../../../../src/migrator.js';
import { run as commandLine } from '../../../cli/command-line.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { historyOf } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { startWith } from '../../../nest/support/application.js';
import { RecordingLogger } from '../../../nest/support/recording-logger.js';

const db = useEmptyDatabase('secrets');
afterEach(() => expectNoLeftovers(db));

/** Everything that a failed run leaves for people to read, but the file itself. */
async function tracesOf(
  sql: string,
  options: MigratorOptions = {},
): Promise<{ error: MigrationFailedError; traces: Record<string, string> }> {
  const { migrator, events, directory } = await migratorOn(db, { '1.sql': sql }, options);
  const error = await failureOf(migrator.migrate(), MigrationFailedError);
  const logger = new RecordingLogger();
  await startWith({ connectionString: db.connectionString, directory, ...options }, {}, logger).catch(() => {});
  return {
    error,
    traces: {
      message: error.message,
      error: inspect(error, { depth: 20, showHidden: true }),
      data: JSON.stringify([error, error.cause, events]),
      events: inspect(events, { depth: 20 }),
      lines: events
        .flatMap(renderEvent)
        .flatMap(({ text }) => text)
        .join('\n'),
      rows: JSON.stringify((await db.query('SELECT * FROM shared.schema_migrations')).rows),
      history: inspect(await migrator.history(), { depth: 20 }),
      status: inspect(
        (await migrator.status()).migrations.map(({ migration: _migration, ...rest }) => rest),
        { depth: 20 },
      ),
      drift: inspect(await migrator.drift(), { depth: 20 }),
      log: logger.lines.join('\n'),
    },
  };
}

/** Names of the traces that hold a text. */
const holding = (traces: Record<string, string>, text: string): string[] =>
  Object.keys(traces).filter((name) => traces[name]?.includes(text));

describe('a password in a statement that fails', () => {
  test.each([
    ['ALTER ROLE', `ALTER ROLE nobody_here PASSWORD 'hunter2' VALID UNTIL 'tomorrow'`],
    ['CREATE ROLE', `CREATE ROLE pg_nobody LOGIN ENCRYPTED PASSWORD 'hunter2'`],
    [
      'CREATE USER MAPPING',
      `CREATE USER MAPPING FOR nobody_here SERVER nowhere OPTIONS (user 'bob', password 'hunter2')`,
    ],
    ['a syntax error at it', `ALTER ROLE nobody_here PASSWORD WITH 'x' PASSWORD 'hunter2'`],
    ['on the line of the error', `SELECT nothing; ALTER ROLE x PASSWORD 'hunter2'`],
    ['dynamic SQL', `DO $do$ BEGIN EXECUTE 'ALTER ROLE nobody_here PASSWORD ''hunter2'' NONSENSE'; END $do$`],
    [
      'CREATE SUBSCRIPTION, whose text is recorded before it runs',
      `CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1 user=bob password=hunter2' PUBLICATION p`,
    ],
    ['a notice', `DO $do$ BEGIN RAISE NOTICE 'ALTER ROLE x PASSWORD ''hunter2'''; END $do$; SELECT 1 / 0`],
    ['the context of dynamic SQL', `DO $do$ BEGIN EXECUTE 'SELECT 1 / 0 AS x, ''PASSWORD ''''hunter2'''''''; END $do$`],
    ['a URL', `CREATE SUBSCRIPTION s CONNECTION 'postgres://u:hunter2@127.0.0.1:1/db' PUBLICATION p`],
    ['a URL in a syntax error', `SELECT dblink('postgres://u:hunter2@h/db') NONSENSE 1`],
    ['a DSN', `SELECT * FROM dblink('host=x password=hunter2', 'SELECT 1')`],
  ])('%s: is nowhere', async (_, sql) => {
    const { error, traces } = await tracesOf(sql);
    expect(holding(traces, 'hunter2')).toEqual([]);
    expect(error.failure.file).toBe('1.sql');
  });

  test('in a non-transactional migration is nowhere, neither after a failure nor while it is in doubt', async () => {
    const sql = `-- no-transaction\nSELECT 1;\nALTER ROLE nobody_here PASSWORD 'hunter2';`;
    const { error, traces } = await tracesOf(sql);
    expect(holding(traces, 'hunter2')).toEqual([]);
    expect(error.failure.location?.excerpt).toContain(`ALTER ROLE nobody_here PASSWORD '***'`);
  });

  test('the caret still points at the place of the error', async () => {
    const { error } = await tracesOf(`ALTER ROLE nobody_here PASSWORD 'hunter2'; SELECT nothing`);
    const [line = '', caret = ''] = error.failure.location?.excerpt.split('\n') ?? [];
    // The server finds the missing role first: the position is that of the statement.
    expect(line).toBe(`ALTER ROLE nobody_here PASSWORD '***'; SELECT nothing`);
    expect(caret).toBe('^');
  });

  test('on the command line is nowhere either', async () => {
    const { directory } = await migratorOn(db, { '1.sql': `ALTER ROLE nobody_here PASSWORD 'hunter2'` });
    const flags = ['--database-url', db.connectionString, '--dir', directory];
    const migrated = await commandLine(['migrate', ...flags]);
    const status = await commandLine(['status', ...flags]);
    expect(migrated.stderr).toContain(`PASSWORD '***'`);
    expect(`${migrated.stdout}${migrated.stderr}${status.stdout}${status.stderr}`).not.toContain('hunter2');
  });
});

describe('the value of a placeholder', () => {
  const placeholders = { secret: 'hunter2', role: 'nobody_here' };

  test.each([
    ['in a message of the server', `DO $$ BEGIN RAISE EXCEPTION 'wrong key: %', '{{secret}}'; END $$`],
    [
      'in its detail and hint',
      `DO $$ BEGIN RAISE EXCEPTION 'wrong key' USING DETAIL = 'it is {{secret}}', HINT = 'not {{secret}}'; END $$`,
    ],
    ['in its context', `DO $$ BEGIN EXECUTE 'SELECT 1 / 0 AS "{{secret}}"'; END $$`],
    ['in what an invalid value says', `SELECT '{{secret}}'::int`],
    ['in a notice before it', `DO $$ BEGIN RAISE NOTICE 'key: {{secret}}'; END $$; SELECT 1/0`],
    [
      'in a non-transactional migration',
      `-- no-transaction\nSELECT 1; DO $$ BEGIN RAISE EXCEPTION 'wrong key: {{secret}}'; END $$`,
    ],
  ])('%s is nowhere', async (_, sql) => {
    const { traces } = await tracesOf(sql, { placeholders });
    expect(holding(traces, 'hunter2')).toEqual([]);
  });

  test('is masked in the message, which otherwise says what the server said', async () => {
    const { error } = await tracesOf(`DO $$ BEGIN RAISE EXCEPTION 'the key {{secret}} is wrong'; END $$`, {
      placeholders,
    });
    expect(error.failure.server.message).toBe('the key *** is wrong');
    expect(error.message).toContain('1.sql:1:1: the key *** is wrong (SQLSTATE P0001)');
  });

  test('is masked in the reason of a retry and in the reason why a failure was not recorded', async () => {
    await (await migratorOn(db, { '0.sql': '' })).migrator.migrate();
    await db.query(
      `CREATE FUNCTION shared.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hunter2 is refused'; END $$;
       CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON shared.schema_migrations
         FOR EACH ROW WHEN (NEW.error_message IS NOT NULL AND NOT NEW.running) EXECUTE FUNCTION shared.refuse()`,
    );
    const { migrator, events } = await migratorOn(
      db,
      {
        '0.sql': '',
        '1.sql': `DO $$ BEGIN RAISE EXCEPTION 'locked: {{secret}}' USING ERRCODE = '55P03'; END $$`,
      },
      { placeholders, timeouts: { tableLockRetries: 1 } },
    );
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(events.map(({ type }) => type)).toContain('migration-retry');
    expect(inspect(events, { depth: 20 })).not.toContain('hunter2');
    expect(error.message).toContain('The failure could not be recorded in the history: *** is refused');
    expect(error.message).not.toContain('hunter2');
  });
});

describe('a notice', () => {
  test('is recorded without a secret, even where it is cut', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': `DO $do$ BEGIN RAISE NOTICE '%', repeat('x', 980) || ' PASSWORD ''hunter2hunter2'''; END $do$`,
    });
    await migrator.migrate();
    expect((await historyOf(db))[0]?.notices?.[0]?.message).toBe(`${'x'.repeat(980)} PASSWORD '***'`);
  });
});

describe('an error that is not the fault of the file', () => {
  test('holds no secret either', async () => {
    await (await migratorOn(db, { '0.sql': '' })).migrator.migrate();
    await db.query(
      `CREATE FUNCTION shared.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'hunter2 is refused' USING DETAIL = 'Key (mail)=(ann@example.org)'; END $$;
       CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON shared.schema_migrations
         FOR EACH ROW WHEN (NEW.migration_file = '1.sql') EXECUTE FUNCTION shared.refuse()`,
    );
    const files = { '0.sql': '', '1.sql': `SELECT '{{secret}}'` };
    for (const header of ['', '-- no-transaction\n']) {
      const options = { placeholders: { secret: 'hunter2' }, showRowData: false };
      const { migrator, events } = await migratorOn(db, { ...files, '1.sql': header + files['1.sql'] }, options);
      const error = await failureOf(migrator.migrate(), DatabaseError);
      expect(error.message).toContain('*** is refused');
      const traces = inspect([error, events], { depth: 20, showHidden: true });
      expect(traces).not.toMatch(/hunter2|ann@example/);
    }
  });
});

describe('row data in an error', () => {
  const sql = `CREATE TABLE people (mail text UNIQUE); INSERT INTO people VALUES ('ann@example.org'), ('ann@example.org');`;

  test('is shown unless the option says otherwise', async () => {
    const { error } = await tracesOf(sql);
    expect(error.message).toContain('detail: Key (mail)=(ann@example.org) already exists.');
  });

  test.each([
    ['transactional', ''],
    ['non-transactional', '-- no-transaction\n'],
  ])('of a %s migration is nowhere with showRowData: false', async (_, header) => {
    const insert = "INSERT INTO people\nSELECT name || '@example.org' FROM (VALUES ('ann'), ('ann')) AS t (name)";
    const { error, traces } = await tracesOf(`${header}CREATE TABLE people (mail text UNIQUE);\n${insert};`, {
      showRowData: false,
    });
    expect(error.message).toContain('duplicate key value violates unique constraint "people_mail_key"');
    expect(holding(traces, 'ann@example.org')).toEqual([]);
    expect(holding(traces, 'Key (mail)')).toEqual([]);
  });
});
