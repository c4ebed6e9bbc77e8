import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError, RefusedError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('placeholder_positions');
afterEach(() => expectNoLeftovers(db));

describe('where an error is in a file with placeholders', () => {
  const LONG = 'a_value_that_is_much_longer_than_its_name';

  test.each<[string, string, Record<string, string>, [line: number, column: number], string]>([
    ['behind a longer value', 'SELECT {{a}}, nope', { a: `'${LONG}'` }, [1, 15], 'SELECT {{a}}, nope'],
    ['behind a shorter value', 'SELECT {{long_name}}, nope', { long_name: '1' }, [1, 23], 'SELECT {{long_name}}, nope'],
    [
      'behind several on a line',
      'SELECT {{a}}, {{b}}, {{a}}, nope',
      { a: '1', b: `'${LONG}'` },
      [1, 29],
      'SELECT {{a}}, {{b}}, {{a}}, nope',
    ],
    ['behind an empty value', 'SELECT {{a}} nope', { a: '' }, [1, 14], 'SELECT {{a}} nope'],
    ['on a later line', 'SELECT {{a}};\n\nSELECT nope', { a: `'${LONG}'` }, [3, 8], 'SELECT nope'],
    ['behind CRLF', 'SELECT {{a}},\r\n  {{a}}, nope', { a: '1' }, [2, 10], '  {{a}}, nope'],
    ['behind a value of several lines', 'SELECT {{a}},\r\n nope', { a: '1,\n2,\n3' }, [2, 2], ' nope'],
    [
      'behind emoji in the file and in a value',
      "SELECT '😀{{a}}😀', nope",
      { a: '😀😀' },
      [1, 19],
      "SELECT '😀{{a}}😀', nope",
    ],
    ['in a value', 'SELECT 1, {{a}}', { a: `1, nope` }, [1, 11], 'SELECT 1, {{a}}'],
    ['behind a comment with a placeholder at the top', '-- {{a}}\nSELECT nope', { a: LONG }, [2, 8], 'SELECT nope'],
    [
      'without a position of the server',
      'SELECT {{a}};\nCREATE SCHEMA public',
      { a: `'${LONG}'` },
      [2, 1],
      'CREATE SCHEMA public',
    ],
    ['in a file that ends open', "SELECT {{a}}, 'nope", { a: `'${LONG}'` }, [1, 15], "SELECT {{a}}, 'nope"],
    [
      'in a step of a file that cannot run in a transaction',
      '-- no-transaction\nSELECT {{a}};\nSELECT {{a}}, nope',
      { a: `'${LONG}'` },
      [3, 15],
      'SELECT {{a}}, nope',
    ],
    [
      'in a file with a transaction of its own',
      'BEGIN;\nSELECT {{a}}, nope;\nCOMMIT;',
      { a: `'${LONG}'` },
      [2, 15],
      'SELECT {{a}}, nope;',
    ],
    [
      'in a file that changes how strings are read',
      "SET standard_conforming_strings = off;\nSELECT 'a\\'{{a}}', nope;",
      { a: LONG },
      [2, 20],
      "SELECT 'a\\'{{a}}', nope;",
    ],
  ])('%s is located in the file on disk', async (_, text, values, [line, column], shown) => {
    const { migrator } = await migratorOn(db, { '1.sql': text }, { placeholders: values });
    const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(failure.location).toEqual({
      line,
      column,
      excerpt: `${shown}
${' '.repeat(column - 1)}^`,
    });
  });

  test('is found for a file behind others in one message', async () => {
    const files = { '1.sql': 'SELECT {{a}}', '2.sql': 'SELECT {{a}}', '3.sql': 'SELECT {{a}}, {{a}}, nope' };
    const { migrator } = await migratorOn(db, files, { placeholders: { a: `'${LONG}'` } });
    const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(failure).toMatchObject({ file: '3.sql', location: { line: 1, column: 22 } });
  });

  test.each<[string, string, string]>([
    ['a meta-command', 'SELECT {{a}};\n\\gexec', '1.sql:2:1'],
    ['a meta-command on the line of a value', 'SELECT {{a}} \\gexec', '1.sql:1:14'],
    ['COPY from stdin', 'SELECT {{a}}; COPY t FROM stdin;', '1.sql:1:15'],
    ['an open transaction', 'VACUUM; SELECT {{a}}; BEGIN; SELECT 1;', '1.sql:1:23'],
  ])('is found for what is refused: %s', async (_, text, place) => {
    const { migrator } = await migratorOn(db, { '1.sql': text }, { placeholders: { a: `'${LONG}'` } });
    const { message } = await failureOf(migrator.migrate(), RefusedError);
    expect(message).toContain(`${place} `);
  });
});
