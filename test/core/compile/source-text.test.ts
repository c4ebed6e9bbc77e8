import { describe, expect, test } from '@jest/globals';
import { finding, renderFinding, type Finding } from '../../../src/core/errors/finding.js';
import { LAYOUTS } from '../../../src/core/tools/layouts.js';
import { DEFAULT_DELIMITERS } from '../../../src/core/compile/placeholders.js';
import {
  copyRows,
  locateInFile,
  PLAIN_READING,
  type ReadingRules,
  sourceText,
  type SourceText,
  storableMessage,
} from '../../../src/core/compile/source-text.js';
import { migrationFile } from '../fixtures.js';

const withValues = (values: Record<string, string>, layout = LAYOUTS.plain): ReadingRules => ({
  layout,
  placeholders: { values, delimiters: DEFAULT_DELIMITERS },
});

function sourceOf(text: string, rules: ReadingRules): SourceText {
  const { source, refusals } = sourceText(migrationFile('1.sql', text), rules);
  if (!source || refusals.length > 0) throw new Error(JSON.stringify(refusals));
  return source;
}

const refusalsOf = (text: string, rules: ReadingRules): readonly Finding[] =>
  sourceText(migrationFile('1.sql', text), rules).refusals;

describe('what of a file is run', () => {
  test('is the file itself, braces included, while placeholders are off', () => {
    const text = `SELECT '{{name}}', '{"a": {"b": {}}}';`;
    expect(sourceOf(text, PLAIN_READING)).toMatchObject({ sql: text, holdsValues: false });
  });

  test('holds values where placeholders stood', () => {
    expect(sourceOf('GRANT ALL ON t TO {{role}};', withValues({ role: 'app' }))).toMatchObject({
      sql: 'GRANT ALL ON t TO app;',
      holdsValues: true,
    });
  });

  test('holds no values when it has no placeholders', () => {
    expect(sourceOf('SELECT 1;', withValues({ role: 'app' })).holdsValues).toBe(false);
  });

  test('is the part that goes forward, and only its placeholders need values', () => {
    const text = '-- +goose Up\nSELECT {{one}};\n-- +goose Down\nSELECT {{two}};\n';
    expect(sourceOf(text, withValues({ one: '1' }, LAYOUTS.goose)).sql.trimEnd()).toBe('-- +goose Up\nSELECT 1;');
  });
});

describe('a file is refused', () => {
  test('with line and column of each placeholder that has no value', () => {
    const found = refusalsOf('SELECT 1,\r\n  😀{{one}}, {{two}};', withValues({ zero: '0' }));
    expect(found).toEqual([
      finding('MISSING_PLACEHOLDER', { subject: '1.sql', line: 2, column: 4, detail: 'one' }),
      finding('MISSING_PLACEHOLDER', { subject: '1.sql', line: 2, column: 13, detail: 'two' }),
    ]);
    expect(found.map(renderFinding)).toEqual([
      expect.stringMatching(/^1\.sql:2:4 uses the placeholder one, which has no value\./),
      expect.stringMatching(/^1\.sql:2:13 uses the placeholder two, which has no value\./),
    ]);
  });

  test('with the line of what would be left out', () => {
    const rules = { ...PLAIN_READING, layout: LAYOUTS.dbmate };
    const problem = { reason: 'sql-before-marker', detail: '-- migrate:up' } as const;
    expect(refusalsOf('-- hi\nSELECT 1;\n-- migrate:up\n', rules)).toEqual([
      finding('SECTION', { subject: '1.sql', line: 2, column: 1, ...problem }),
    ]);
  });

  test('without a line when it has no marker', () => {
    const problem = { reason: 'no-marker', detail: '-- +goose Up' } as const;
    expect(refusalsOf('SELECT 1', { ...PLAIN_READING, layout: LAYOUTS.goose })).toEqual([
      finding('SECTION', { subject: '1.sql', ...problem }),
    ]);
  });
});

describe('a place in the source', () => {
  test.each<[string, string, Record<string, string>, string, [line: number, column: number]]>([
    ['behind a longer value', 'SELECT {{a}}, here', { a: 'a_rather_long_value' }, 'here', [1, 15]],
    ['behind a shorter value', 'SELECT {{long_name}}, here', { long_name: '1' }, 'here', [1, 23]],
    ['behind several on a line', '{{a}} {{b}} {{a}} here', { a: '', b: '123456789' }, 'here', [1, 19]],
    ['behind a value of several lines', 'SELECT {{a}},\n here', { a: '1,\n2,\n3' }, 'here', [2, 2]],
    ['behind CRLF', 'SELECT {{a}},\r\n  here', { a: '123456' }, 'here', [2, 3]],
    ['behind emoji, which are one character', '😀{{a}}😀 here', { a: '😀😀😀' }, 'here', [1, 9]],
    ['within a value', 'SELECT {{a}}', { a: '1 + here' }, 'here', [1, 8]],
  ])('%s is one in the file as it lies on disk', (_, text, values, word, [line, column]) => {
    const migration = migrationFile('1.sql', text);
    const source = sourceOf(text, withValues(values));
    expect(locateInFile(migration, source, source.sql.indexOf(word))).toMatchObject({ line, column });
  });

  test('shows the line as it lies on disk', () => {
    const migration = migrationFile('1.sql', 'SELECT {{secret}} FROM nowhere');
    const source = sourceOf(migration.text, withValues({ secret: 'hunter2' }));
    expect(locateInFile(migration, source, source.sql.indexOf('nowhere')).excerpt).toBe(
      'SELECT {{secret}} FROM nowhere\n                       ^',
    );
  });
});

describe('what the server says of a source', () => {
  test('may be stored when no values are in it', () => {
    expect(storableMessage(sourceOf('SELECT 1', PLAIN_READING), 'relation "x" exists')).toBe('relation "x" exists');
    expect(storableMessage(undefined, 'relation "x" exists')).toBe('relation "x" exists');
  });

  test('may not when there are, for it may quote a part of one', () => {
    const source = sourceOf('SELECT {{a}}', withValues({ a: 'some secret' }));
    expect(storableMessage(source, 'syntax error at or near "secret"')).toMatch(/^the server message is not stored/);
  });
});

test.each<[string, string, string]>([
  ['as they are', '1\t\\N\n2\té\n', '1\t\\N\n2\té\n'],
  ['with CRLF as LF', '1\r\n2\r\n', '1\n2\n'],
  ['with a lone CR', '1\r2\n', '1\r2\n'],
])('rows of COPY are sent %s', (_, rows, sent) => {
  const text = `COPY t FROM stdin;\n${rows}\\.\n`;
  const dataStart = text.indexOf('1');
  expect(copyRows(sourceOf(text, PLAIN_READING), { dataStart, dataEnd: dataStart + rows.length })).toBe(sent);
});
