import { expect, test } from '@jest/globals';
import { NOT_VOLATILE, VOLATILE } from '../../../src/core/lint/syntax/functions.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';

const db = useEmptyDatabase('functions');

/** Functions of extensions, which the server of the tests may not have. */
const OF_EXTENSIONS = ['gen_random_bytes', 'gen_salt', 'uuid_generate_v1', 'uuid_generate_v1mc', 'uuid_generate_v4'];
/** Functions that older servers do not have. */
const NEWER = ['extract', 'random_normal', 'uuidv4', 'uuidv7', 'pg_current_xact_id'];

/** The volatilities that the server's functions with this name have; of `timezone`, without the one for `timetz`. */
async function volatilityOf(names: Iterable<string>): Promise<ReadonlyMap<string, string[]>> {
  const { rows } = await db.query<{ name: string; volatilities: string[] }>(
    `SELECT proname AS name, array_agg(DISTINCT provolatile::text) AS volatilities FROM pg_proc
      WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY ($1)
        AND NOT (proname = 'timezone' AND 'timetz'::regtype = ANY (proargtypes)) GROUP BY proname`,
    [[...names]],
  );
  return new Map(rows.map(({ name, volatilities }) => [name, volatilities]));
}

const missing = (names: Iterable<string>, found: ReadonlyMap<string, unknown>): string[] =>
  [...names].filter((name) => !found.has(name) && !NEWER.includes(name));

test('functions that lint calls volatile are so on this server', async () => {
  const found = await volatilityOf(VOLATILE);
  expect([...found].filter(([, volatilities]) => !volatilities.includes('v'))).toEqual([]);
  expect(missing(VOLATILE, found).toSorted()).toEqual(OF_EXTENSIONS);
});

test('functions that lint calls harmless are not volatile on this server, whatever their arguments', async () => {
  const found = await volatilityOf(NOT_VOLATILE);
  expect([...found].filter(([, volatilities]) => volatilities.includes('v'))).toEqual([]);
  expect(missing(NOT_VOLATILE, found)).toEqual([]);
});
