import { afterEach, describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError, renderFinding, UnknownMigrationError } from '../../../src/migrator.js';
import { checksum } from '../../../src/core/migration/checksum.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { useRoles } from '../history/roles.js';

const db = useEmptyDatabase('source');
afterEach(() => expectNoLeftovers(db));
const newRole = useRoles(db);

const FILES = { '1.sql': 'CREATE TABLE one ();\n', '2.sql': 'CREATE TABLE two ();\n' };

/** The recorded texts, by checksum. */
async function sources(): Promise<Record<string, string>> {
  const { rows } = await db.query<{ checksum: string; source: string }>(
    'SELECT checksum, source FROM shared.schema_migrations_source',
  );
  return Object.fromEntries(rows.map((row) => [row.checksum, row.source]));
}

const bySum = (...texts: string[]): Record<string, string> =>
  Object.fromEntries(texts.map((text) => [checksum(text), text]));

describe('a run records the text of', () => {
  test.each<[string, string]>([
    ['a plain file', 'CREATE TABLE t ();\n'],
    ['a file without a semicolon, that ends in a comment', `SELECT 1 -- 'the end`],
    ['a file with characters of several bytes', `SELECT 'ünïcode 😀 \\ $$';`],
    ['an empty file', ''],
    ['a file that is a transaction', 'BEGIN;\nSELECT 1;\nCOMMIT;\n'],
    ['a file that is not transactional', 'CREATE TABLE t (id int);\nVACUUM t;\n'],
    ['a file with rows', 'CREATE TABLE t (id int);\nCOPY t FROM stdin;\n1\n\\.\n'],
    ['a file that needs messages of its own', `SET standard_conforming_strings = off; SELECT '1';`],
    ['a large file', `SELECT 1; -- ${'é'.repeat(400_000)}`],
  ])('%s, as it is on disk', async (_sentence, text) => {
    const { migrator, warnings } = await migratorOn(db, { ...FILES, '3.sql': text });
    await migrator.migrate();
    expect(await sources()).toEqual(bySum(...Object.values(FILES), text));
    expect(warnings()).toEqual([]);
  });

  test('a file with placeholders, without their values', async () => {
    const text = `CREATE TABLE {{name}} ();`;
    const { migrator } = await migratorOn(db, { '1.sql': text }, { placeholders: { name: 'secret_name' } });
    await migrator.migrate();
    expect(await sources()).toEqual(bySum(text));
  });

  test('a file with a secret, masked', async () => {
    const text = `CREATE ROLE "${db.name}_app" PASSWORD 'hunter2';`;
    const { migrator } = await migratorOn(db, { '1.sql': text });
    await migrator.migrate();
    await db.query(`DROP ROLE "${db.name}_app"`);
    expect(await sources()).toEqual({ [checksum(text)]: text.replace('hunter2', '***') });
  });

  test('a file with CRLF, with LF', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1;\r\nSELECT 2;\r\n' });
    await migrator.migrate();
    expect(await sources()).toEqual(bySum('SELECT 1;\nSELECT 2;\n'));
  });

  test('each file of one transaction', async () => {
    const { migrator } = await migratorOn(db, FILES, { transaction: 'all' });
    await migrator.migrate();
    expect(await sources()).toEqual(bySum(...Object.values(FILES)));
  });

  test('many files in several messages', async () => {
    const texts = ['a', 'b', 'c', 'd'].map((letter) => `SELECT 1; -- ${letter.repeat(600_000)}`);
    const files = Object.fromEntries(texts.map((text, i) => [`${i + 1}.sql`, text]));
    await (await migratorOn(db, files)).migrator.migrate();
    expect(Object.keys(await sources()).toSorted()).toEqual(Object.keys(bySum(...texts)).toSorted());
  });
});

describe('the texts', () => {
  test('are not sent twice, and cost no round trip', async () => {
    const proxy = await startCountingProxy(db.connectionString);
    await (await migratorOn(proxy, FILES)).migrator.migrate();
    const text = proxy.messages.join('');
    expect(text.split('CREATE TABLE two ()')).toHaveLength(2);
    expect(
      proxy.messages.filter((each) => each.includes('INSERT INTO "shared"."schema_migrations_source"')),
    ).toHaveLength(1);
    expect(await sources()).toEqual(bySum(...Object.values(FILES)));
  });

  test('are compressed', async () => {
    const text = `SELECT 1;\n${'-- the same line again and again\n'.repeat(100)}`;
    await (await migratorOn(db, { '1.sql': text })).migrator.migrate();
    const { rows } = await db.query('SELECT pg_column_size(source) AS size FROM shared.schema_migrations_source');
    expect(Number(rows[0]?.size)).toBeLessThan(text.length / 5);
  });

  test('of more than a million characters are not recorded', async () => {
    const { migrator, warnings } = await migratorOn(db, { '1.sql': `SELECT 1; -- ${'x'.repeat(1_000_000)}` });
    await migrator.migrate();
    expect(await sources()).toEqual({});
    expect(warnings()).toEqual([]);
  });

  test('of earlier runs that recorded none are recorded by the next one, unless the file has changed', async () => {
    const files = { ...FILES, '3.sql': 'SELECT 3;\n' };
    const first = await migratorOn(db, files);
    await first.migrator.migrate();
    await db.query('DROP TABLE shared.schema_migrations_source');
    await writeFile(join(first.directory, '2.sql'), 'CREATE TABLE other ();\n');
    await writeFile(join(first.directory, '4.sql'), 'SELECT 4;\n');
    await first.migrator.migrate();
    expect(await sources()).toEqual(bySum(FILES['1.sql'], files['3.sql'], 'SELECT 4;\n'));
  });

  test('are recorded by what changes the history without running anything', async () => {
    const { migrator } = await migratorOn(db, FILES);
    await migrator.baseline('1');
    expect(await sources()).toEqual(bySum(FILES['1.sql']));
  });

  test('are not recorded if the option says so, and then there is no table', async () => {
    const { migrator } = await migratorOn(db, FILES, { recordSource: false });
    await migrator.migrate();
    expect((await db.query(`SELECT to_regclass('shared.schema_migrations_source') AS name`)).rows).toEqual([
      { name: null },
    ]);
    expect((await migrator.diff('1.sql')).text).toBeNull();
  });

  test('that cannot be recorded do not make a run fail', async () => {
    await (await migratorOn(db, { '1.sql': FILES['1.sql'] })).migrator.migrate();
    await db.query(`ALTER TABLE shared.schema_migrations_source ADD CHECK (false) NOT VALID`);
    const { migrator, warnings } = await migratorOn(db, FILES);
    expect((await migrator.migrate()).applied).toEqual(['2.sql']);
    expect(warnings().every((text) => text.endsWith('[DETAILS_NOT_RECORDED]'))).toBe(true);
    expect(warnings().length).toBeGreaterThan(0);
    expect(await migrator.audit()).toHaveLength(2);
  });
});

describe('diff()', () => {
  const before = `CREATE ROLE "x" PASSWORD 'old-secret';\nCREATE TABLE one ();\n`;
  const after = `CREATE ROLE "x" PASSWORD 'new-secret';\nCREATE TABLE one (id int);\n`;

  test('shows what changed in a file, without its secrets', async () => {
    const { migrator, directory } = await migratorOn(db, { '1.sql': before });
    await migrator.mark('1.sql');
    await writeFile(join(directory, '1.sql'), after);
    const { text, ...rest } = await migrator.diff('1.sql');
    expect(rest).toEqual({
      file: '1.sql',
      recordedAs: '1.sql',
      recorded: checksum(before),
      actual: checksum(after),
    });
    expect(text).toBe(
      `--- 1.sql\trecorded ${checksum(before).slice(0, 8)}…\n+++ 1.sql\ton disk ${checksum(after).slice(0, 8)}…\n` +
        `@@ -1,2 +1,2 @@\n CREATE ROLE "x" PASSWORD '***';\n-CREATE TABLE one ();\n+CREATE TABLE one (id int);\n`,
    );
  });

  test('is empty for an unchanged file, and shows all of a file that is gone', async () => {
    const { migrator, directory } = await migratorOn(db, FILES);
    await migrator.migrate();
    expect((await migrator.diff('1.sql')).text).toBe('');
    await rm(join(directory, '1.sql'));
    expect((await migrator.diff('1.sql')).text).toContain('-CREATE TABLE one ();');
  });

  test('of an unknown file is an error', async () => {
    const { migrator } = await migratorOn(db, FILES);
    expect(await failureOf(migrator.diff('nope.sql'), UnknownMigrationError)).toMatchObject({
      code: 'UNKNOWN_MIGRATION',
    });
  });

  test('is part of findings on request', async () => {
    const { migrator, directory } = await migratorOn(db, FILES);
    await migrator.migrate();
    await writeFile(join(directory, '1.sql'), 'CREATE TABLE one (id int);\n');
    expect((await migrator.drift())[0]).not.toHaveProperty('diff');
    const [found] = await migrator.drift({ diff: true });
    expect(found).toMatchObject({ code: 'CHANGED', diff: expect.stringContaining('+CREATE TABLE one (id int);') });
    expect(found && renderFinding(found)).toMatch(/\[CHANGED\]\n--- 1\.sql[^]*\+CREATE TABLE one \(id int\);$/);
  });

  test('needs a privilege that findings do not need', async () => {
    const { migrator, directory } = await migratorOn(db, FILES);
    await migrator.migrate();
    await writeFile(join(directory, '1.sql'), 'CREATE TABLE one (id int);\n');
    const url = await newRole('GRANT USAGE ON SCHEMA shared TO', 'GRANT SELECT ON shared.schema_migrations TO');
    const reader = await migratorOn(db, directory, { connectionString: url, catalog: false });
    expect(await reader.migrator.drift({ diff: true })).toMatchObject([{ code: 'CHANGED' }]);
    const error = await failureOf(reader.migrator.diff('1.sql'), DatabaseError);
    expect(error.message).toContain('GRANT SELECT ON "shared"."schema_migrations_source" TO');
  });
});
