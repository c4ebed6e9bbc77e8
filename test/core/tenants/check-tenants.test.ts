import { describe, expect, test } from '@jest/globals';
import { configurationText } from '../../../src/core/problems/configuration-problem.js';
import { checkTenants, type ListedTenant } from '../../../src/core/tenants/check-tenants.js';

const HERE = { database: '', server: 'main' };
const listed = (given: unknown): ListedTenant => ({ given, place: HERE, hasConnection: false });
const textsOf = (...tenants: ListedTenant[]): readonly string[] =>
  checkTenants(tenants, 'shared').problems.map(configurationText);
const problemsOf = (...given: unknown[]): readonly string[] => textsOf(...given.map(listed));

const own = (name: string, database: string): ListedTenant => ({
  given: { name },
  place: { database, server: 'x' },
  hasConnection: true,
});

describe('a list of tenants', () => {
  test('becomes tenants, with defaults filled in', () => {
    const { tenants, problems } = checkTenants(
      [
        listed({ name: 'a', schema: 'school_a', group: 'pilot', placeholders: { color: 'red' } }),
        listed({ name: 'b', schema: 'B"' }),
      ],
      'shared',
    );
    expect(problems).toEqual([]);
    expect(tenants).toEqual([
      { name: 'a', schema: 'school_a', group: 'pilot', placeholders: { color: 'red' }, place: HERE },
      { name: 'b', schema: 'B"', group: undefined, placeholders: {}, place: HERE },
    ]);
  });

  test.each([
    ['an entry that is not an object', 'a', 'tenant number 1: it is not an object'],
    ['no name', { schema: 's' }, 'tenant number 1: its name is not a string'],
    ['an empty name', { name: '', schema: 's' }, 'tenant "": its name cannot be used'],
    ['a name with a space', { name: 'a b', schema: 's' }, 'tenant "a b": its name cannot be used'],
    ['a name with a quote', { name: `a'; DROP TABLE x; --`, schema: 's' }, 'its name cannot be used'],
    ['a name that is too long', { name: 'é'.repeat(32), schema: 's' }, 'its name cannot be used'],
    ['a group that cannot be used', { name: 'a', schema: 's', group: 'x y' }, 'tenant "a": its group cannot be used'],
    ['an empty schema', { name: 'a', schema: '' }, 'its schema "" is not a name'],
    ['a schema that is too long', { name: 'a', schema: 's'.repeat(64) }, 'is longer than the 63 bytes'],
    ['a schema of PostgreSQL', { name: 'a', schema: 'pg_catalog' }, 'its schema "pg_catalog" belongs to PostgreSQL'],
    ['the schema of the history', { name: 'a', schema: 'shared' }, 'its schema "shared" belongs to the history'],
    ['neither schema nor connection', { name: 'a' }, 'it has neither a schema nor a connection'],
    ['a misspelled field', { name: 'a', shema: 's', schema: 's' }, 'unknown field "shema"'],
    [
      'a placeholder of ours',
      { name: 'a', schema: 's', placeholders: { schema: 'x' } },
      "{{schema}} is always the tenant's schema",
    ],
    [
      'a placeholder without a string',
      { name: 'a', schema: 's', placeholders: { x: 1 } },
      'the value of the placeholder x is not a string',
    ],
  ])('is refused for a tenant with %s', (_, given, problem) => {
    expect(problemsOf(given)).toEqual([expect.stringContaining(problem)]);
  });

  test('is refused for two tenants with one name, one schema or one database', () => {
    expect(problemsOf({ name: 'a', schema: 's' }, { name: 'b', schema: 's' }, { name: 'a', schema: 't' })).toEqual([
      'tenants "a" and "b" have one schema, "s"; give each its own',
      'tenant "a" is listed more than once; list it once',
    ]);
    expect(textsOf(own('a', '1'), own('b', '1'), own('c', '2'))).toEqual([
      'tenants "a" and "b" have one database; give each its own',
    ]);
  });

  test('may reuse a schema name in another database', () => {
    const there: ListedTenant = {
      given: { name: 'b', schema: 's' },
      place: { database: '2', server: 'x' },
      hasConnection: true,
    };
    expect(checkTenants([listed({ name: 'a', schema: 's' }), there], 'shared').problems).toEqual([]);
  });

  test('is refused for a tenant that has the database of the shared files to itself, or the schema of a history', () => {
    expect(textsOf(own('a', ''))).toEqual([
      'tenant "a": its connection leads to the database of the shared files; give it a schema there',
    ]);
    const there = { ...own('a', '2'), given: { name: 'a', schema: 'shared' } };
    expect(textsOf(there)).toEqual([expect.stringContaining('its schema "shared" belongs to the history')]);
  });

  test('says how many problems it leaves out', () => {
    const problems = problemsOf(...Array.from({ length: 30 }, (_, i) => ({ name: `t ${i}`, schema: `s${i}` })));
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('and 10 more problems');
  });
});
