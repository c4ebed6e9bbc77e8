import { afterEach, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { MigrationFailedError, type AuditEntry } from '../../../src/migrator.js';
import { LIBRARY_VERSION } from '../../../src/core/history/library-version.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';
import { serverRole } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migrateUntilKilled } from '../../support/programs/killed.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';
import { nameOf, useRoles } from '../history/roles.js';

const db = useEmptyDatabase('audit');
afterEach(() => expectNoLeftovers(db));
const newRole = useRoles(db);

const FILES = { '1.sql': 'CREATE TABLE one ()', '2.sql': 'CREATE TABLE two ()' };
const briefly = (entries: readonly AuditEntry[]): unknown[] =>
  entries.map(({ action, files, reason, details }) => [action, files, reason, details]);

describe('a run', () => {
  test('adds one entry at its end, with who, when, which files and which version', async () => {
    const before = Date.now();
    const { migrator } = await migratorOn(db, FILES);
    const { runId } = await migrator.migrate();
    const [entry, ...others] = await migrator.audit();
    expect(others).toEqual([]);
    expect(entry).toEqual({
      id: 1,
      at: expect.any(Date),
      action: 'migrate',
      runId,
      files: ['1.sql', '2.sql'],
      reason: null,
      details: null,
      role: serverRole(),
      login: serverRole(),
      application: 'nestjs-pg-migrations',
      libraryVersion: LIBRARY_VERSION,
    });
    expect(entry?.at.getTime()).toBeGreaterThan(before - 1_000);
  });

  test('that was killed gets its entry from the next run, once, with its role and its applied files', async () => {
    const files = { ...FILES, '3.sql': '-- no-transaction\nCREATE TABLE three ();\nSELECT pg_sleep(0);' };
    const directory = await migrationsDirectory(files);
    const { at } = await migrateUntilKilled(db, directory, (text) => (text.includes('pg_sleep') ? 'after' : undefined));
    expect(at).toBeDefined();
    const { migrator } = await migratorOn(db, directory);
    const dead = (await migrator.history()).at(-1);
    expect(dead).toMatchObject({ file: '3.sql', state: 'running' });
    expect(await migrator.audit()).toEqual([]);
    const { runId } = await migrator.migrate();
    expect(runId).not.toBe(dead?.runId);
    const [killed, own, ...others] = await migrator.audit();
    expect(others).toEqual([]);
    expect(killed).toMatchObject({
      runId: dead?.runId,
      action: 'migrate',
      files: ['1.sql', '2.sql'],
      details: { failed: '3.sql', killed: true },
      role: serverRole(),
    });
    expect(own).toMatchObject({ runId, files: ['3.sql'], details: null });
  });

  test('that has nothing to do adds none', async () => {
    const { migrator } = await migratorOn(db, FILES);
    await migrator.migrate();
    await migrator.migrate();
    expect(await migrator.audit()).toHaveLength(1);
  });

  test('that fails names the file that failed, and those before it', async () => {
    const { migrator } = await migratorOn(db, { ...FILES, '3.sql': 'SELECT 1/0', '4.sql': 'SELECT 4' });
    await failureOf(migrator.migrate(), MigrationFailedError);
    expect(briefly(await migrator.audit())).toEqual([['migrate', ['1.sql', '2.sql'], null, { failed: '3.sql' }]]);
  });

  test.each<[string, Record<string, string>]>([
    ['a last file that is not transactional', { '3.sql': 'VACUUM one' }],
    ['a file in the middle that is not transactional', { '3.sql': 'VACUUM one', '4.sql': 'SELECT 4' }],
    ['a file that changes the defaults of sessions', { '3.sql': `ALTER ROLE CURRENT_USER SET work_mem = '5MB'`, '4.sql': 'SELECT 4' }],
    ['a file that needs a message of its own', { '3.sql': `SET standard_conforming_strings = off; SELECT '1'` }],
    ['a file that the server refuses in a transaction', { '3.sql': 'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$', '4.sql': 'CALL p()' }],
  ])('adds one entry with %s', async (_sentence, files) => {
    const { migrator } = await migratorOn(db, { ...FILES, ...files });
    await migrator.migrate();
    await db.query('ALTER ROLE CURRENT_USER RESET work_mem');
    expect(briefly(await migrator.audit())).toEqual([
      ['migrate', ['1.sql', '2.sql', ...Object.keys(files)], null, null],
    ]);
  }); // prettier-ignore

  test('in one transaction adds one entry', async () => {
    const { migrator } = await migratorOn(db, FILES, { transaction: 'all' });
    await migrator.migrate();
    expect(briefly(await migrator.audit())).toEqual([['migrate', ['1.sql', '2.sql'], null, null]]);
  });

  test('sends the entry with its migrations: no additional message', async () => {
    await (await migratorOn(db, { '1.sql': FILES['1.sql'] })).migrator.migrate();
    const proxy = await startCountingProxy(db.connectionString);
    await (await migratorOn(proxy, FILES)).migrator.migrate();
    const withEntry = proxy.messages.filter((text) => text.includes('INSERT INTO "shared"."schema_migrations_audit"'));
    expect(withEntry).toHaveLength(1);
    expect(withEntry[0]).toContain('CREATE TABLE two ()');
  });

  test('without tracking adds nothing, and creates no table', async () => {
    const { migrator } = await migratorOn(db, FILES, { tracking: false });
    await migrator.migrate();
    expect(await migrator.audit()).toEqual([]);
    expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
  });

  test('that applied everything does not fail if its entry is refused', async () => {
    await (await migratorOn(db, { '1.sql': FILES['1.sql'] })).migrator.migrate();
    await db.query(
      `ALTER TABLE shared.schema_migrations_audit ADD CONSTRAINT no_more CHECK (files = '["1.sql"]') NOT VALID`,
    );
    const { migrator, warnings } = await migratorOn(db, FILES);
    expect((await migrator.migrate()).applied).toEqual(['2.sql']);
    expect(warnings()).toEqual([
      expect.stringMatching(/violates check constraint "no_more".*\[DETAILS_NOT_RECORDED\]$/),
    ]);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied' });
  });
});

describe('a change of the history', () => {
  test('adds an entry with its reason, in the same transaction', async () => {
    const { migrator } = await migratorOn(db, { ...FILES, '3.sql': 'SELECT 3' });
    await migrator.baseline('1', { reason: `it's there already` });
    await migrator.mark('2.sql', { reason: 'made by hand' });
    await migrator.unmark('2.sql');
    await db.query(`UPDATE shared.schema_migrations SET checksum = 'old', canonical_checksum = 'old'`);
    const [action] = await migrator.repair({ reason: 'an intended edit' });
    expect(briefly(await migrator.audit())).toEqual([
      ['baseline', ['1.sql'], `it's there already`, null],
      ['mark', ['2.sql'], 'made by hand', null],
      ['unmark', ['2.sql'], null, null],
      ['repair', ['1.sql'], 'an intended edit', { changes: [action] }],
    ]);
    const { rows } = await db.query<{ xmin: string }>(
      `SELECT a.xmin::text FROM shared.schema_migrations_audit a JOIN shared.schema_migrations h ON h.xmin = a.xmin`,
    );
    expect(rows).toHaveLength(1);
  });

  test('that changes nothing adds none', async () => {
    const { migrator } = await migratorOn(db, FILES);
    await migrator.migrate();
    await migrator.mark('1.sql', { reason: 'again' });
    await migrator.repair();
    expect(await migrator.audit()).toHaveLength(1);
  });

  test('an import names the tool', async () => {
    await db.query(
      `CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('1')`,
    );
    const { migrator } = await migratorOn(db, FILES);
    await migrator.importFrom('dbmate', { reason: 'we moved' });
    expect(briefly(await migrator.audit())).toEqual([['import', ['1.sql'], 'we moved', { tool: 'dbmate' }]]);
  });

  test('a run that adopts checksums adds an entry of its own', async () => {
    const { migrator } = await migratorOn(db, FILES);
    await migrator.migrate();
    await db.query('UPDATE shared.schema_migrations SET checksum = NULL');
    const { runId } = await migrator.migrate();
    expect((await migrator.audit()).at(-1)).toMatchObject({ action: 'adopt', files: ['1.sql', '2.sql'], runId });
  });
});

describe('a history without the audit', () => {
  test('of an older release is read as before, and gets it with the next change', async () => {
    const { migrator } = await migratorOn(db, FILES);
    await migrator.migrate();
    await db.query('DROP TABLE shared.schema_migrations_audit');
    expect(await migrator.audit()).toEqual([]);
    expect((await migrator.status()).summary.applied).toBe(2);
    await migrator.unmark('2.sql');
    expect(briefly(await migrator.audit())).toEqual([['unmark', ['2.sql'], null, null]]);
  });

  test.each([
    ['may not create it', [], 'GRANT CREATE ON SCHEMA "shared" TO'],
    ['may not write it', ['audit'], 'GRANT SELECT, INSERT ON "shared"."schema_migrations_audit" TO'],
  ])('is changed by a role that %s, with a note that says what to grant', async (_sentence, tables, remedy) => {
    const owner = await migratorOn(db, { '1.sql': FILES['1.sql'] });
    await owner.migrator.migrate();
    if (tables.length === 0) await db.query('DROP TABLE shared.schema_migrations_audit');
    const url = await newRole(
      'GRANT USAGE ON SCHEMA shared TO',
      'GRANT USAGE, CREATE ON SCHEMA public TO',
      'GRANT SELECT, INSERT, UPDATE, DELETE ON shared.schema_migrations TO',
    );
    const { migrator, warnings } = await migratorOn(db, FILES, { connectionString: url });
    expect((await migrator.migrate()).applied).toEqual(['2.sql']);
    expect(warnings()).toContain(
      `shared.schema_migrations_audit cannot be written by the role ${nameOf(url)}, so nothing is recorded there. ` +
        `To enable recording, ask an administrator to run: ${remedy} "${nameOf(url)}"; [COMPANION_NOT_WRITABLE]`,
    );
    await migrator.unmark('2.sql');
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
  });
});

test('the name of the audit is as long as PostgreSQL allows, and two long names do not share one', async () => {
  const names = ['a', 'b'].map((end) => `"${'ä'.repeat(31)}${end}"`);
  for (const table of names) {
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1' }, { table });
    await migrator.migrate();
    expect(await migrator.audit()).toHaveLength(1);
  }
});

test('the version in the entries is the one of the package', () => {
  expect(LIBRARY_VERSION).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
});
