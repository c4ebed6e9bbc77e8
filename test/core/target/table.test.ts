import { describe, expect, test } from '@jest/globals';
import {
  companionTable,
  DEFAULT_TABLE,
  displayName,
  parseTableName,
  qualifiedName,
  type TableName,
} from '../../../src/core/target/table.js';

function refusalOf(text: string): unknown {
  try {
    return parseTableName(text);
  } catch (error) {
    return error;
  }
}

describe('parseTableName', () => {
  test.each<[string, string, TableName]>([
    ['the default', DEFAULT_TABLE, { schema: 'shared', table: 'schema_migrations' }],
    ['a table, in the schema shared', 'history', { schema: 'shared', table: 'history' }],
    ['schema and table', 'ops.history', { schema: 'ops', table: 'history' }],
    ['names in capitals, folded as PostgreSQL does', 'Ops.History', { schema: 'ops', table: 'history' }],
    ['names in quotes as they are', '"Ops"."My History"', { schema: 'Ops', table: 'My History' }],
    ['a quoted name with a dot', '"a.b"', { schema: 'shared', table: 'a.b' }],
    ['a quoted name with a quote', '"a""b".c', { schema: 'a"b', table: 'c' }],
    ['a quoted name that looks like SQL', '"a; DROP TABLE b"', { schema: 'shared', table: 'a; DROP TABLE b' }],
    ['digits and dollars behind a letter', '_a1$', { schema: 'shared', table: '_a1$' }],
    ['a name of 63 bytes', 'a'.repeat(63), { schema: 'shared', table: 'a'.repeat(63) }],
  ])('reads %s', (_, text, expected) => {
    expect(parseTableName(text)).toEqual(expected);
  });

  test.each([
    ['an empty text', ''],
    ['a blank', ' '],
    ['a name with a blank', 'my table'],
    ['a blank around a name', ' a'],
    ['a line end behind a name', 'a\n'],
    ['three names', 'a.b.c'],
    ['a missing schema', '.a'],
    ['a missing table', 'a.'],
    ['a leading digit', '1a'],
    ['a dash', 'schema-migrations'],
    ['an open quote', '"a'],
    ['a quote inside a quoted name', '"a"b"'],
    ['an empty quoted name', '""'],
    ['a NUL character', '"a\0b"'],
    ['an injection by semicolon', 'a; DROP TABLE b'],
    ['an injection by quote', 'a" (x int); DROP TABLE b; --'],
    ['an injection by comment', 'a/**/'],
    ['an injection by parenthesis', 'a(b)'],
  ])('refuses %s, by name', (_, text) => {
    expect(refusalOf(text)).toMatchObject({
      code: 'INVALID_TABLE',
      problems: [{ option: 'table', detail: expect.stringContaining(`${JSON.stringify(text)} is not a table name`) }],
    });
  });

  test.each([
    ['table', 'a'.repeat(64)],
    ['schema', `${'a'.repeat(64)}.b`],
    ['name in letters of two bytes', `"${'é'.repeat(32)}"`],
  ])('refuses a %s that PostgreSQL would cut', (_, text) => {
    expect(refusalOf(text)).toMatchObject({
      code: 'INVALID_TABLE',
      problems: [{ option: 'table', detail: expect.stringContaining('longer than the 63 bytes') }],
    });
  });
});

test('a name is quoted for SQL, and plain for people', () => {
  const name = { schema: 'Ops', table: 'a"b' };
  expect(qualifiedName(name)).toBe('"Ops"."a""b"');
  expect(displayName(name)).toBe('Ops.a"b');
});

test.each([
  ['schema_migrations', 'schema_migrations_audit'],
  ['a'.repeat(57), `${'a'.repeat(57)}_audit`],
  ['a'.repeat(58), `${'a'.repeat(48)}_d5c039b7_audit`],
  ['é'.repeat(31), `${'é'.repeat(24)}_f299f682_audit`],
  [`a${'é'.repeat(30)}`, `a${'é'.repeat(23)}_676f6f90_audit`],
])('the audit of the table %j is called %j', (table, name) => {
  expect(companionTable({ schema: 's', table }, 'audit')).toEqual({ schema: 's', table: name });
});
