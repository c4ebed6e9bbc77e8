import { describe, expect, test } from '@jest/globals';
import { DEFAULT_DELIMITERS } from '../../../src/core/compile/placeholders.js';
import type { ParseStatements } from '../../../src/core/compile/program.js';
import { renderDiagnostic } from '../../../src/core/lint/diagnostic.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { catalogOf, linted, rulesFinding, tableFacts, type Circumstances } from './linted.js';

const create = 'CREATE TABLE orders (id bigint, status varchar(20));';
const index = 'CREATE INDEX orders_id ON orders (id);';
const database: Circumstances = { catalog: catalogOf({}) };

/** What is found, as file and rule. */
async function found(files: Record<string, string>, circumstances?: Circumstances): Promise<string[]> {
  return (await linted(files, circumstances)).map(({ file, rule }) => `${file} ${rule}`);
}

describe('a table that is created in the run', () => {
  const files = { '1.sql': create, '2.sql': index };

  test('may be indexed by a later file of the same run', async () => {
    expect(await found(files, database)).toEqual([]);
  });

  test('exists before the next file if it is unknown what is applied: each file is a separate run', async () => {
    expect(await found(files)).toEqual(['2.sql create-index-without-concurrently']);
  });

  test('has the columns that earlier files gave it', async () => {
    const change = 'ALTER TABLE orders ALTER status TYPE';
    const later = { '2.sql': `${change} varchar(40);`, '3.sql': `${change} varchar(30);` };
    expect(await found({ '1.sql': create, ...later })).toEqual(['3.sql column-type-rewrite']);
  });

  test('has the columns of its parent or model', async () => {
    for (const definition of ['(LIKE orders)', '() INHERITS (orders)', 'PARTITION OF orders DEFAULT']) {
      const copy = { '1.sql': create, '2.sql': `CREATE TABLE copied ${definition};` };
      expect(await found({ ...copy, '3.sql': 'ALTER TABLE copied ALTER status TYPE varchar(40);' })).toEqual([]);
      expect(await found({ ...copy, '3.sql': 'ALTER TABLE copied ALTER status TYPE varchar(4);' })).toHaveLength(1);
    }
  });

  test('is the one that the search path of the file names', async () => {
    const inSales = `SET search_path = sales; ${create}`;
    const allowed: Circumstances = { ...database, settings: { rules: { 'set-search-path': 'off' } } };
    expect(await found({ '1.sql': `${inSales} ${index}` }, allowed)).toEqual([]);
    expect(await found({ '1.sql': inSales, '2.sql': index }, allowed)).toEqual([
      '2.sql create-index-without-concurrently',
    ]);
    expect(await found({ '1.sql': inSales, '2.sql': index.replace('ON ', 'ON sales.') }, allowed)).toEqual([]);
  });
});

describe('the transaction', () => {
  const files = {
    '1.sql': 'ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0) NOT VALID;',
    '2.sql': 'ALTER TABLE orders VALIDATE CONSTRAINT c;',
  };

  test('of each file is its own', async () => {
    expect(await found(files)).toEqual([]);
  });

  test('is shared by all files if the options say so', async () => {
    expect(await found(files, { runner: { transaction: 'all' } })).toEqual([
      '2.sql validate-in-same-transaction',
      '2.sql access-exclusive-held',
    ]);
  });
});

test('steps that an earlier run finished are not checked, but their effects are known', async () => {
  const text = `-- no-transaction\nDROP TABLE old;\nCREATE TABLE notes (id int);\nCREATE INDEX i ON notes (id);\nDROP TABLE older;`;
  const rules = { 'missing-if-not-exists': 'off' } as const;
  const dropped = (resumeAt: number) => linted({ '1.sql': text }, { resumeAt, settings: { rules } });
  expect((await dropped(0)).map(({ line }) => line)).toEqual([2, 5]);
  expect((await dropped(2)).map(({ line }) => line)).toEqual([5]);
});

describe('a level', () => {
  test.each([
    ['off', []],
    ['warn', ['warning']],
    ['error', ['error']],
    [undefined, ['note']],
  ] as const)('of a rule may be %s', async (level, severities) => {
    const rules = level && { 'missing-if-not-exists': level };
    const text = '-- no-transaction\nSELECT 1; CREATE SCHEMA a;';
    const diagnostics = await linted({ '1.sql': text }, { settings: { rules: rules ?? {} } });
    expect(diagnostics.map(({ severity }) => severity)).toEqual(severities);
  });
});

describe('a diagnostic', () => {
  test('has its place in the file, in characters, and the line', async () => {
    const text = `SELECT '𝒳é' AS "ü";\r\n\tALTER TABLE orders ADD "é𝒳" int, ADD CHECK (id > 0);\r\n`;
    expect(await linted({ '1.sql': text })).toEqual([
      expect.objectContaining({
        rule: 'check-without-not-valid',
        file: '1.sql',
        line: 2,
        column: 39,
        excerpt: `\tALTER TABLE orders ADD "é𝒳" int, ADD CHECK (id > 0);\n\t${' '.repeat(37)}^`,
      }),
    ]);
  });

  test('has its place where the parser could not read the file as a whole', async () => {
    const text = `-- é𝒳\nMAGIC;\nALTER TABLE "é" ADD CHECK (id > 0);\n`;
    const diagnostics = await linted({ '1.sql': text });
    expect(diagnostics.map(({ rule, line, column }) => [rule, line, column])).toEqual([
      ['unreadable-statement', 2, 1],
      ['check-without-not-valid', 3, 21],
    ]);
  });

  test('has the size of the table as the database estimates it', async () => {
    const catalog = catalogOf({
      orders: await tableFacts({}, { rows: 1_234_567, bytes: 325_058_560 }),
      items: await tableFacts({}, { rows: undefined, bytes: 2_500 }),
      notes: await tableFacts({}, { rows: undefined, bytes: 0 }),
      tags: await tableFacts({}, { rows: 1, bytes: 8192 }),
    });
    const text = ['orders', 'items', 'notes', 'tags', 'others'].map((table) => `DROP TABLE ${table};`).join('\n');
    const dropped = (await linted({ '1.sql': text }, { catalog })).filter(({ rule }) => rule === 'drop-table');
    const rendered = dropped.map(renderDiagnostic);
    expect(rendered.map((line) => /still use(.*?)\. Drop it/.exec(line)?.[1])).toEqual([
      ' (orders has about 1,234,567 rows, 310 MB)',
      ' (items has 2.4 kB)',
      '',
      ' (tags has about 1 row, 8 kB)',
      '',
    ]);
  });

  test('is rendered as one line', async () => {
    const [diagnostic] = await linted({ '1.sql': '\n  DROP TABLE orders;' });
    expect(diagnostic && renderDiagnostic(diagnostic)).toBe(
      '1.sql:2:3 warning: drops the table orders, which the running release may still use. Drop it once no running release uses it, and say so: "-- allow: drop-table because …" before the statement. [drop-table]',
    );
  });

  test('shows no values of placeholders, and no passwords', async () => {
    const placeholders = { values: { tenant: 'tenant4711' }, delimiters: DEFAULT_DELIMITERS };
    const text = `DROP TABLE {{tenant}}.orders; ALTER ROLE app PASSWORD 'hunter2'`;
    const [diagnostic] = await linted({ '1.sql': text }, { placeholders });
    expect(diagnostic?.message).toMatch(/^drops the table \*\*\*\.orders/);
    expect(diagnostic?.excerpt).toContain('DROP TABLE {{tenant}}.orders; ALTER ROLE app PASSWORD');
    expect(JSON.stringify(diagnostic)).not.toMatch(/4711|hunter2/);
  });

  test('of a file that cannot run says why, where, and what to do', async () => {
    expect(await linted({ '1.sql': 'SELECT 1;\n\\i other.sql' })).toEqual([
      {
        rule: 'refused-file',
        remedies: [],
        severity: 'error',
        file: '1.sql',
        line: 2,
        column: 1,
        message: 'uses the psql meta-command \\i, which only psql understands',
        remedy: 'Remove it, or write what it does as SQL.',
        size: undefined,
        excerpt: undefined,
      },
    ]);
  });
});

/** A parser that gives up early. */
const parseShort: ParseStatements = async (text) => (text.length > 60 ? undefined : parseStatements(text));

test('a file too large for the parser is checked statement by statement', async () => {
  const text = `${create} ${index} DROP TABLE customers;`;
  expect(await rulesFinding(text, { parse: parseShort })).toEqual(['drop-table']);
});
