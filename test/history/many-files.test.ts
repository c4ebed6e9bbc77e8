import { afterEach, expect, test } from '@jest/globals';
import { startCountingProxy } from '../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { historyOf } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { type Files, migratorOn } from '../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';

const db = useEmptyDatabase('many_files');
afterEach(() => expectNoLeftovers(db));

const FILES = 2_000;

/**
 * Each class of file notes its number in `ledger`, so that each can be seen to have run once; `n` also keeps names
 * apart.
 */
const CLASSES: readonly ((n: number, note: string) => string)[] = [
  (n, note) => `CREATE TABLE t${n} (id int PRIMARY KEY, name text);\n${note};\n`,
  (_n, note) => `BEGIN;\r\n${note};\r\nCOMMIT;\r\n`,
  (_n, note) => `SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\n${note}; -- no newline at the end`,
  (_n, note) => `SET TimeZone = 'Asia/Tokyo'; SET search_path = pg_catalog, public; SET ROLE pg_monitor; ${note}`,
  (n, note) =>
    `\uFEFF-- é😀 漢字\nCREATE FUNCTION f${n}() RETURNS text LANGUAGE plpgsql AS $fn$ BEGIN RETURN ';'; END $fn$;\n${note}`,
  (n, note) => `CREATE TEMP TABLE temporary AS SELECT ${n} AS n; PREPARE p AS SELECT 1; LISTEN c; ${note}`,
  (_n, note) => `SAVEPOINT a; ${note}; SAVEPOINT b; DELETE FROM ledger; ROLLBACK TO b; /* /* ; */ */`,
  (n, note) => `CREATE TABLE IF NOT EXISTS again (id int); ${note}; COMMENT ON TABLE ledger IS '${n}; COMMIT'`,
  (n, note) => `LOCK ledger; DECLARE c CURSOR FOR SELECT ${n}; FETCH c; ${note};;`,
  () => '',
  () => '-- nothing; here',
];

const RARE: readonly ((n: number, note: string) => string)[] = [
  (n, note) => `CREATE INDEX CONCURRENTLY i${n} ON ledger (n);\nDROP INDEX CONCURRENTLY i${n};\n${note}`,
  (_n, note) => `-- no-transaction\n${note};\nDO $$ BEGIN COMMIT; END $$;`,
  (_n, note) => `BEGIN; ${note}; COMMIT; SELECT 1; BEGIN; DELETE FROM ledger; ROLLBACK;`,
  (n, note) => `ALTER TYPE mood ADD VALUE 'm${n}'; SELECT 'm${n}'::mood; ${note}`,
  (n, note) => `SET standard_conforming_strings = off; SELECT 'it\\'s; ${n}'; ${note}`,
  (_n, note) => `VACUUM ledger; ${note}; SELECT pg_advisory_unlock_all();`,
];

function history(): { files: Files; noted: number[] } {
  const files: Files = {
    '0_setup.sql': `CREATE TABLE ledger (n int); CREATE TYPE mood AS ENUM ('m'); GRANT ALL ON ledger TO pg_monitor; GRANT USAGE ON SCHEMA public TO pg_monitor`,
  };
  const noted: number[] = [];
  for (let n = 1; n < FILES; n++) {
    const kinds = n % 20 === 0 ? RARE : CLASSES;
    const text =
      kinds[Math.floor(n % 20 === 0 ? n / 20 : n) % kinds.length]?.(n, `INSERT INTO public.ledger VALUES (${n})`) ?? '';
    files[`${n}_x.sql`] = text;
    if (text.includes('INSERT')) noted.push(n);
  }
  return { files, noted };
}

test(`a history of ${FILES} files of every class runs, each once and in order, and then reads once and does nothing`, async () => {
  const { files, noted } = history();
  const directory = await migrationsDirectory(files);
  const first = await migratorOn(db, directory);
  expect((await first.migrator.migrate()).applied).toEqual(Object.keys(files));
  const { rows } = await db.query<{ n: number }>('SELECT n FROM ledger ORDER BY ctid');
  expect(rows.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(noted);
  const recorded = await historyOf(db);
  expect(recorded).toHaveLength(FILES);
  expect(recorded.filter((row) => row.error_message !== null || row.running)).toEqual([]);

  const proxy = await startCountingProxy(db.connectionString);
  const second = await migratorOn(proxy, directory);
  expect((await second.migrator.migrate()).applied).toEqual([]);
  expect(proxy.messages).toEqual([expect.stringMatching(/^SELECT [^;]* FROM "shared"\."schema_migrations"[^;]*$/)]);
  expect(second.events.map(({ type }) => type)).toEqual(['run-started', 'run-finished']);
  expect(await historyOf(db)).toEqual(recorded);
}, 60_000);
