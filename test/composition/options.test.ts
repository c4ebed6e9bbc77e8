import { describe, expect, test } from '@jest/globals';
import { migratorFields, resolveMigratorOptions } from '../../src/composition/validation/migrator-options.js';
import { nearestName } from '../../src/core/problems/nearest-name.js';
import type { MigratorOptions } from '../../src/composition/options.js';
import { ConfigurationError } from '../../src/core/errors/input-errors.js';
import { configurationText } from '../../src/core/problems/configuration-problem.js';

/** What is wrong with options that have a connection, as it is reported. */
function problemsOf(options: object): readonly string[] {
  try {
    resolveMigratorOptions({ connectionString: 'postgres://localhost/app', ...options });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(configurationText);
    throw error;
  }
}

describe('options', () => {
  test.each<[string, object, string]>([
    ['an abbreviated option', { dir: 'x' }, 'unknown option "dir"; did you mean "directory"?'],
    [
      'a mistyped option within another',
      { timeouts: { tablelockRetry: 1 } },
      'unknown option "timeouts.tablelockRetry"; did you mean "timeouts.tableLockRetries"?',
    ],
    [
      'an unknown choice',
      { policy: { changed: 'panic' } },
      'policy.changed: expected one of "ignore", "note", "warn", "alert", "fail"',
    ],
    [
      'a negative time',
      { timeouts: { read: -1 } },
      'timeouts.read: expected a whole number of ms from 1 to 2147483647',
    ],
    [
      'a time too long for a timer',
      { timeouts: { read: 2 ** 31 } },
      'timeouts.read: expected a whole number of ms from 1 to 2147483647',
    ],
    [
      'half a retry',
      { timeouts: { tableLockRetries: 0.5 } },
      'timeouts.tableLockRetries: expected a whole number of at least 0',
    ],
    ['a number for a text', { directory: 1 }, 'directory: expected a string'],
    ['an empty directory', { directory: '' }, 'directory: it is empty'],
    ['a text for a switch', { tracking: 'yes' }, 'tracking: expected true or false'],
    ['a text for a pattern', { pattern: '.sql' }, 'pattern: expected a regular expression'],
    ['a sticky pattern', { pattern: /a/y }, 'pattern: the flags g and y are not supported'],
    ['a list for an object', { timeouts: [] }, 'timeouts: expected an object'],
    ['a list of placeholders', { placeholders: ['a'] }, 'placeholders: expected an object'],
    ['a number for a placeholder', { placeholders: { size: 1 } }, 'placeholders.size: expected a string'],
    [
      'a placeholder with a space in its name',
      { placeholders: { 'a b': 'c' } },
      'placeholders: a name begins with a letter or _',
    ],
    ['one delimiter', { placeholderDelimiters: ['{'] }, 'placeholderDelimiters.1: expected a string'],
    ['a text for a list', { searchPath: 'public' }, 'searchPath: expected an array of strings'],
    ['an empty schema', { searchPath: ['a', ''] }, 'searchPath.1: it has an empty name'],
    ['a level that does not exist', { lint: 'warning' }, 'lint.onMigrate: expected one of "off", "warn", "error"'],
    [
      'a mistyped rule',
      { lint: { rules: { 'drop-colum': 'off' } } },
      'unknown option "lint.rules.drop-colum"; did you mean "lint.rules.drop-column"?',
    ],
    [
      'a rule with a level that does not exist',
      { lint: { rules: { cluster: 'note' } } },
      'lint.rules.cluster: expected one of "off", "warn", "error"',
    ],
    [
      'a large table without rows',
      { lint: { largeTableRows: 0 } },
      'lint.largeTableRows: expected a whole number of at least 1',
    ],
    ['the role none', { role: 'None' }, 'role: PostgreSQL reads "none" as no role'],
    ['a role that is too long', { role: 'é'.repeat(32) }, 'role: it is longer than the 63 bytes'],
  ])('may not be %s', (_, options, problem) => {
    expect(problemsOf(options)).toEqual([expect.stringContaining(problem)]);
  });

  test.each(Object.keys(migratorFields))('of the wrong type are reported by name, without their value: %s', (name) => {
    const values = ['hunter2', { a: 'hunter2' }, ['hunter2'], [['hunter2']], 2.5, Symbol('hunter2'), () => 'hunter2'];
    const problems = values.flatMap((value) => problemsOf({ [name]: value }));
    expect(problems).toContainEqual(expect.stringContaining(name));
    expect(problems.join()).not.toContain('hunter2');
  });

  test.each<[MigratorOptions['lint'], object]>([
    [undefined, { onMigrate: 'off', rules: {}, largeTableRows: 100_000 }],
    ['error', { onMigrate: 'error', rules: {}, largeTableRows: 100_000 }],
    [{ rules: { cluster: 'off' } }, { onMigrate: 'off', rules: { cluster: 'off' }, largeTableRows: 100_000 }],
    [
      { onMigrate: 'warn', largeTableRows: 5 },
      { onMigrate: 'warn', rules: {}, largeTableRows: 5 },
    ],
  ])('for lint may be short: %j', (lint, resolved) => {
    const options = { connectionString: 'postgres://localhost/app', ...(lint !== undefined && { lint }) };
    expect(resolveMigratorOptions(options).lint).toEqual(resolved);
  });

  test('that are undefined have their defaults', () => {
    const undefinedOnes = Object.fromEntries(Object.keys(migratorFields).map((name) => [name, undefined]));
    const connectionString = 'postgres://localhost/app';
    expect(resolveMigratorOptions({ ...undefinedOnes, connectionString })).toEqual(
      resolveMigratorOptions({ connectionString }),
    );
  });
});

describe('the nearest name', () => {
  const known = ['directory', 'onBootstrap', 'policy', 'timeouts', 'table', 'tracking', 'lock', 'showRowData'];

  test.each([
    ['directroy', 'directory'],
    ['Directory', 'directory'],
    ['dir', 'directory'],
    ['onbootstrap', 'onBootstrap'],
    ['polciy', 'policy'],
    ['timeout', 'timeouts'],
    ['tableName', 'table'],
    ['lokc', 'lock'],
    ['showRow', 'showRowData'],
    ['colour', undefined],
    ['d', undefined],
    ['', undefined],
  ])('to %p is %p', (typed, nearest) => {
    expect(nearestName(typed, known)).toBe(nearest);
  });
});
