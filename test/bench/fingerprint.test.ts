import { expect, test } from '@jest/globals';
import { fingerprintOf } from '../../bench/fingerprint.js';
import { realisticFiles } from '../../bench/files/realistic.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';

const db = useEmptyDatabase('fingerprint');

async function fingerprintAfter(...statements: string[]): Promise<string> {
  for (const sql of statements) await db.query(sql);
  return fingerprintOf(db.connectionString);
}

test('the fingerprint shows that a file is missing, and ignores everything outside the schema of the files', async () => {
  const files = realisticFiles(8).map(({ sql }) => sql);
  const seen = [await fingerprintAfter()];
  for (const sql of files) {
    seen.push(await fingerprintAfter(sql));
  }
  expect(new Set(seen).size).toBe(1 + files.length);
  expect(await fingerprintAfter('CREATE TABLE public.history (file text)')).toBe(seen.at(-1));
});

test.each([
  ['a row', `INSERT INTO app.customers (number, name, tenant_id) VALUES ('A-9', 'one more', 1)`],
  ['a comment', `COMMENT ON TABLE app.customers IS 'something else'`],
  ['a privilege', 'GRANT SELECT ON app.customers TO PUBLIC'],
  ['a default', 'ALTER TABLE app.customers ALTER COLUMN tenant_id SET DEFAULT 2'],
  [
    'a body',
    `CREATE OR REPLACE FUNCTION app.customers_total(wanted bigint) RETURNS numeric LANGUAGE sql AS 'SELECT 1.0'`,
  ],
  ['a trigger', 'DROP TRIGGER customers_touch ON app.customers'],
  ['a policy', 'DROP POLICY customers_of_tenant ON app.customers'],
])('the fingerprint shows that %s differs', async (_what, change) => {
  const before = await fingerprintAfter(...realisticFiles(8).map(({ sql }) => sql));
  expect(await fingerprintAfter(change)).not.toBe(before);
});
