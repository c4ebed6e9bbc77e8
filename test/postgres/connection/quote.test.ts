import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { quoteBody, quoteIdentifier, quoteLiteral } from '../../../src/core/sql/text/quote.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';

const db = useEmptyDatabase('quote');

/** Any text that PostgreSQL can hold, with what matters to quoting in it more often than chance has it. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom("'", '"', '\\', '$', '$body$', '--', '/*', ';', '\n', '\r\n', 'é', '😀'),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map((parts) => parts.join('').replaceAll('\0', ''));

/** As long as the server keeps names whole. */
const name = text.filter((value) => value !== '' && Buffer.byteLength(value) <= 63);

describe.each(['on', 'off'])('with standard_conforming_strings %s the server gives back', (mode) => {
  const check = (property: (query: (sql: string) => Promise<unknown>) => Promise<void>): Promise<void> =>
    withClient(db.connectionString, async (client) => {
      await client.query(
        `SET standard_conforming_strings = ${mode}; SET backslash_quote = on; SET escape_string_warning = off`,
      );
      await property(async (sql) => (await client.query<Record<string, unknown>>(sql)).rows[0]);
    });

  test('every literal as it was', () =>
    check((query) =>
      fc.assert(
        fc.asyncProperty(text, async (value) => {
          expect(await query(`SELECT ${quoteLiteral(value)} AS value`)).toEqual({ value });
        }),
      ),
    ));

  test('every identifier as it was', () =>
    check((query) =>
      fc.assert(
        fc.asyncProperty(name, async (value) => {
          expect(await query(`SELECT 1 AS ${quoteIdentifier(value)}`)).toEqual({ [value]: 1 });
        }),
      ),
    ));

  test('every body as it was', () =>
    check((query) =>
      fc.assert(
        fc.asyncProperty(text, async (value) => {
          expect(await query(`SELECT ${quoteBody(value)} AS value`)).toEqual({ value });
        }),
      ),
    ));
});
