import { afterEach, describe, expect, test } from '@jest/globals';
import { checksum } from '../../../../src/core/migration/checksum.js';
import { configurationText } from '../../../../src/core/problems/configuration-problem.js';
import { ConfigurationError, MigrationFailedError, RefusedError } from '../../../../src/migrator.js';
import type { MigratorOptions } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { historyOf, outcomes, relations } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { type Files, migratorOn } from '../../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('placeholders');
afterEach(() => expectNoLeftovers(db));

const dataOf = async (table = 'data'): Promise<string[]> =>
  (await db.query<{ text: string }>(`SELECT text FROM ${table} ORDER BY text`)).rows.map(({ text }) => text);

const DATA = String.raw`CREATE TABLE data (text text);
INSERT INTO data VALUES ('Dear {{name}}, {{ other }}'), ('{"a":{"b":{}}}'), ('${'${name}'}');
`;

describe('off, which is the default', () => {
  test('means that {{…}} is data', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': DATA });
    await migrator.migrate();
    expect(await dataOf()).toEqual(['${name}', 'Dear {{name}}, {{ other }}', '{"a":{"b":{}}}']);
  });

  test('means it also when delimiters are given', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': DATA }, { placeholderDelimiters: ['${', '}'] });
    await migrator.migrate();
    expect(await dataOf()).toContain('${name}');
  });

  test('leaves an identifier in braces to the server, which refuses it', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'CREATE TABLE {{name}} ()' });
    expect((await failureOf(migrator.migrate(), MigrationFailedError)).failure.server.sqlstate).toBe('42601');
  });
});

describe('on', () => {
  test('puts values in the place of names, in identifiers, strings, bodies and comments', async () => {
    const files: Files = {
      '1.sql': `-- for {{ table }}
CREATE TABLE {{table}} (text text DEFAULT '{{text}}');
CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN '{{text}}'; END $$;
INSERT INTO {{table}} VALUES (DEFAULT), (f() || '2');`,
    };
    const { migrator } = await migratorOn(db, files, { placeholders: { table: 'data', text: 'a 😀' } });
    await migrator.migrate();
    expect(await dataOf()).toEqual(['a 😀', 'a 😀2']);
  });

  test('with delimiters of another kind leaves the usual ones alone', async () => {
    const { migrator } = await migratorOn(
      db,
      { '1.sql': DATA },
      { placeholders: { name: 'x' }, placeholderDelimiters: ['${', '}'] },
    );
    await migrator.migrate();
    expect(await dataOf()).toEqual(['Dear {{name}}, {{ other }}', 'x', '{"a":{"b":{}}}']);
  });

  test('puts a value in as it is: making it safe SQL is up to whoever gives it', async () => {
    const { migrator } = await migratorOn(
      db,
      { '1.sql': "CREATE TABLE data AS SELECT '{{text}}'::text AS text" },
      { placeholders: { text: "it' || 's" } },
    );
    await migrator.migrate();
    expect(await dataOf()).toEqual(['its']);
  });

  test('may bring several statements, each of which counts', async () => {
    const { migrator } = await migratorOn(
      db,
      { '1.sql': 'CREATE TABLE data (text text);\n{{seed}}\nSELECT nope;' },
      { placeholders: { seed: "INSERT INTO data VALUES ('a'); INSERT INTO data VALUES ('b');" } },
    );
    const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(failure.location).toMatchObject({ line: 3, column: 8 });
  });

  test('may decide how a file runs', async () => {
    const files = { '1.sql': 'CREATE TABLE data (text text);', '2.sql': 'CREATE INDEX {{how}} ON data (text);' };
    const { migrator } = await migratorOn(db, files, { placeholders: { how: 'CONCURRENTLY' } });
    expect((await migrator.plan()).migrations.map(({ mode }) => mode)).toEqual(['transactional', 'non-transactional']);
    await migrator.migrate();
    expect(await relations(db)).toEqual(['data', 'data_text_idx']);
  });

  test('applies to files that run every time, too', async () => {
    const { migrator } = await migratorOn(
      db,
      { '1.sql': 'CREATE TABLE IF NOT EXISTS {{table}} (text text)' },
      { placeholders: { table: 'data' }, tracking: false },
    );
    await migrator.migrate();
    expect(await relations(db)).toEqual(['data']);
  });
});

describe('a placeholder without a value', () => {
  const files = {
    '1.sql': 'CREATE TABLE data ();',
    '2.sql': '-- 😀 {{one}}\r\nSELECT 😀{{one}}, {{known}},\r\n  {{two}};',
    '3.sql': "SELECT '{{three}}';",
  };

  test('is refused before anything runs, every one with file, line and column', async () => {
    const { migrator } = await migratorOn(db, files, { placeholders: { known: 'a value' } });
    const error = await failureOf(migrator.migrate(), RefusedError);
    expect(error.refusals.map(({ subject, line, column }) => `${subject}:${line}:${column}`)).toEqual([
      '2.sql:1:6',
      '2.sql:2:9',
      '2.sql:3:3',
      '3.sql:1:9',
    ]);
    expect(error.message).toContain(
      '2.sql:3:3 uses the placeholder two, which has no value. Give it a value with the option "placeholders.two". [MISSING_PLACEHOLDER]',
    );
    expect(await relations(db)).toEqual([]);
  });

  test('is refused also when no placeholder has one', async () => {
    const { migrator } = await migratorOn(db, files, { placeholders: {} });
    expect((await failureOf(migrator.migrate(), RefusedError)).refusals).toHaveLength(5);
  });

  test('in a file that is applied does not matter any more', async () => {
    const applied = { '1.sql': 'SELECT {{one}};' };
    await (await migratorOn(db, applied, { placeholders: { one: '1' } })).migrator.migrate();
    const { migrator } = await migratorOn(db, { ...applied, '2.sql': 'SELECT 2;' }, { placeholders: {} });
    expect((await migrator.migrate()).applied).toEqual(['2.sql']);
  });

  test('is data in a file that has other delimiters', async () => {
    const options: MigratorOptions = { placeholders: {}, placeholderDelimiters: ['[[', ']]'] };
    const { migrator } = await migratorOn(db, { '1.sql': DATA }, options);
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
  });
});

describe('options that make no sense', () => {
  test.each<[string, MigratorOptions, RegExp]>([
    ['a name that cannot be one', { placeholders: { 'a b': 'hunter2' } }, /placeholders: a name begins with a letter/],
    ['a value that is no text', { placeholders: { a: 1 as unknown as string } }, /placeholders\.a: /],
    ['an empty delimiter', { placeholders: {}, placeholderDelimiters: ['', '}'] }, /placeholderDelimiters\.0: /],
    ['one delimiter', { placeholderDelimiters: ['{'] as unknown as [string, string] }, /placeholderDelimiters\.1: /],
  ])('are refused: %s', async (_, options, problem) => {
    const error = await failureOf(migratorOn(db, {}, options), ConfigurationError);
    expect(error.problems.map(configurationText)).toEqual([expect.stringMatching(problem)]);
    expect(error.message).not.toContain('hunter2');
  });
});

/** Rows of the history in which the value is, in any column. */
const traces = async (): Promise<unknown[]> =>
  (await db.query('SELECT * FROM shared.schema_migrations AS t WHERE to_jsonb(t)::text ILIKE $1', ['%hunter2%'])).rows;

describe('no value is stored', () => {
  const SECRET = 'hunter2_secret';
  const options: MigratorOptions = { placeholders: { secret: SECRET } };

  test('of a file that was applied: its checksum is of the file as it lies on disk', async () => {
    const text = "CREATE TABLE data AS SELECT '{{secret}}'::text AS text;";
    const { migrator } = await migratorOn(db, { '1.sql': text }, options);
    await migrator.migrate();
    expect(await dataOf()).toEqual([SECRET]);
    expect((await historyOf(db))[0]?.checksum).toBe(checksum(text));
    expect(await traces()).toEqual([]);
  });

  test('so that another value is no change', async () => {
    const files = { '1.sql': "SELECT '{{secret}}'" };
    await (await migratorOn(db, files, options)).migrator.migrate();
    const before = await historyOf(db);
    const { migrator } = await migratorOn(db, files, { placeholders: { secret: 'another' } });
    expect(await migrator.drift()).toEqual([]);
    expect((await migrator.migrate()).applied).toEqual([]);
    expect(await historyOf(db)).toEqual(before);
  });

  test('of a file whose notices hold it: that there was one is recorded, not its words', async () => {
    const files = {
      '1.sql': "DO $$ BEGIN RAISE WARNING 'the password is %', '{{secret}}'; END $$;",
      '2.sql': "DO $$ BEGIN RAISE NOTICE 'plain'; END $$;",
    };
    const { migrator, events } = await migratorOn(db, files, options);
    await migrator.migrate();
    const [first, second] = await historyOf(db);
    expect(first?.notices).toEqual([
      { severity: 'WARNING', sqlstate: '01000', message: expect.stringMatching(/^the server message is not stored/) },
    ]);
    expect(second?.notices).toMatchObject([{ message: 'plain' }]);
    expect(await traces()).toEqual([]);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'migration-notice',
        notice: expect.objectContaining({ message: 'the password is ***' }),
      }),
    );
    expect(JSON.stringify(events)).not.toContain('hunter2');
  });

  test.each<[string, string]>([
    [
      'ran statement by statement',
      "-- no-transaction\nCREATE TABLE a AS SELECT '{{secret}}' AS a;\nSELECT '{{secret}}';",
    ],
    ['is known by its statements', 'CREATE TABLE {{secret}} ();\nVACUUM {{secret}};\nDROP TABLE {{secret}};'],
  ])('of a file that %s', async (_, text) => {
    const { migrator } = await migratorOn(db, { '1.sql': text }, options);
    await migrator.migrate();
    const [row] = await historyOf(db);
    expect(row?.steps_done).toBe(row?.steps_total);
    expect(row?.done_checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(await traces()).toEqual([]);
  });

  const failing: [string, string][] = [
    ['failed', 'SELECT * FROM {{secret}};'],
    ['failed at a part of the value', 'SELECT 1 {{secret}} {{secret}};'],
    ['failed in a step', "-- no-transaction\nSELECT '{{secret}}';\nSELECT * FROM {{secret}};"],
    ['failed in a statement that commits by itself', 'CREATE TABLE {{secret}} ();\nVACUUM {{secret}}_gone;'],
  ];

  test.each(failing)('of a file that %s', async (_, text) => {
    const { migrator } = await migratorOn(db, { '1.sql': text }, options);
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(error.failure.server.message).toContain('***');
    expect(error.message).not.toContain('hunter2');
    expect(JSON.stringify(error.failure)).not.toContain('hunter2');
    expect(Object.keys(await outcomes(db))).toEqual(['1.sql']);
    expect((await historyOf(db))[0]?.error_message).toContain(`(SQLSTATE ${error.failure.server.sqlstate})`);
    expect(await traces()).toEqual([]);
  });

  test('and a file that stopped half-way continues with another value', async () => {
    const files = {
      '1.sql':
        "-- no-transaction\nCREATE TABLE data (text text);\nINSERT INTO data VALUES ('{{text}}');\nINSERT INTO data SELECT {{what}};",
    };
    const first = await migratorOn(db, files, { placeholders: { text: 'one', what: 'nope' } });
    await failureOf(first.migrator.migrate(), MigrationFailedError);
    const second = await migratorOn(db, files, { placeholders: { text: 'a much longer value', what: "'two'" } });
    await second.migrator.migrate();
    expect(await dataOf()).toEqual(['one', 'two']);
  });
});
