import { afterEach, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { warned } from '../../../support/migrator/findings-of.js';
import { historyOf } from '../../../support/migrator/history-of.js';
import { migrateUntilKilled } from '../../../support/programs/killed.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn, type ObservedMigrator } from '../../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../../support/files/temp-directory.js';

const db = useEmptyDatabase('session');
afterEach(() => expectNoLeftovers(db));

/** `schema.name` of the tables that migrations made. */
const tables = async (): Promise<string[]> => {
  const { rows } = await db.query<{ name: string }>(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname IN ('public', 'tenant') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

/** What it fails on is made, with an index to build in the schema that it set. */
const mend = (): Promise<unknown> =>
  db.query('CREATE TABLE IF NOT EXISTS public.missing (a int); CREATE TABLE tenant.three (a int)');

describe('a non-transactional migration that is resumed', () => {
  const FILE = `-- no-transaction
CREATE SCHEMA tenant;
SELECT set_config('search_path', 'tenant', false);
CREATE TABLE one ();
INSERT INTO public.missing VALUES (1);
CREATE TABLE two ();
CREATE INDEX CONCURRENTLY ON three (a);
`;
  const IN_TENANT = ['public.missing', 'tenant.one', 'tenant.three', 'tenant.two'];

  test('finds the search_path that its finished steps set with set_config()', async () => {
    const observed = await migratorOn(db, { '1.sql': FILE });
    const { migrator } = observed;
    await failureOf(migrator.migrate(), MigrationFailedError);
    expect(await tables()).toEqual(['tenant.one']);
    await mend();
    await migrator.migrate();
    expect(await tables()).toEqual(IN_TENANT);
    expect(warned(observed).map(({ code }) => code)).toEqual(['RESUMED']);
  });

  test('finds it after its process was killed, too', async () => {
    await db.query('CREATE TABLE public.missing (a int)');
    const directory = await migrationsDirectory({ '1.sql': FILE });
    const killed = await migrateUntilKilled(db, directory, (text) =>
      text.startsWith('CREATE INDEX CONCURRENTLY') ? 'before' : undefined,
    );
    expect(killed.at).toContain('CREATE INDEX CONCURRENTLY ON three');
    expect(await tables()).toEqual(['public.missing', 'tenant.one', 'tenant.two']);
    await mend();
    await (await migratorOn(db, directory)).migrator.migrate();
    expect(await tables()).toEqual(IN_TENANT);
  });

  test('finds it in a new session after each of several failures', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': FILE.replace('CREATE INDEX', 'SELECT 1/0;\nCREATE INDEX') });
    await failureOf(migrator.migrate(), MigrationFailedError);
    await mend();
    for (let run = 1; run <= 2; run++) {
      const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
      expect(failure).toMatchObject({ server: { sqlstate: '22012' }, aftermath: { stepsDone: 5 } });
      expect(await tables()).toEqual(IN_TENANT);
    }
  });
});

describe('a non-transactional migration whose finished steps made what ends with its session', () => {
  const FILE = `-- no-transaction
CREATE TABLE kept (a int);
CREATE TEMPORARY TABLE work AS SELECT 7 AS a;
PREPARE put AS INSERT INTO kept SELECT a FROM work;
SELECT 1/(SELECT n FROM divisor);
EXECUTE put;
INSERT INTO kept SELECT a + 1 FROM work;
`;
  const LOSS = {
    code: 'LOST_SESSION',
    severity: 'warning',
    subject: '1.sql',
    names: ['temporary relation work', 'prepared statement put'],
    remedy: expect.stringContaining("repair({ restart: '1.sql' })"),
    remedies: [
      { action: 'restart', file: '1.sql' },
      { action: 'mark', file: '1.sql' },
    ],
  };

  async function stopped(): Promise<ObservedMigrator> {
    await db.query('CREATE TABLE divisor AS SELECT 0 AS n');
    const { migrator, directory } = await migratorOn(db, { '1.sql': FILE });
    await failureOf(migrator.migrate(), MigrationFailedError);
    await db.query('UPDATE divisor SET n = 1');
    return migratorOn(db, directory);
  }

  test('fails with a warning before it that names them and the way out', async () => {
    const observed = await stopped();
    const { migrator, events } = observed;
    for (let run = 1; run <= 2; run++) {
      const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
      expect(failure).toMatchObject({ server: { sqlstate: '26000' }, location: { line: 6 } });
    }
    expect(warned(observed, 'LOST_SESSION')).toEqual([LOSS, LOSS]);
    const types = events.map((event) => (event.type === 'warning' ? event.finding.code : event.type));
    expect(types.indexOf('LOST_SESSION')).toBeLessThan(types.indexOf('migration-failed'));
  });

  test('names the temporary table alone once the prepared statement was deallocated', async () => {
    const observed = await stopped();
    const { migrator, directory } = observed;
    await db.query('DROP TABLE kept');
    await migrator.repair({ restart: '1.sql' });
    await db.query('UPDATE divisor SET n = 0');
    await writeFile(join(directory, '1.sql'), FILE.replace('SELECT 1/', 'DEALLOCATE put;\nSELECT 1/'));
    await failureOf(migrator.migrate(), MigrationFailedError);
    await failureOf(migrator.migrate(), MigrationFailedError);
    expect(warned(observed, 'LOST_SESSION')).toEqual([{ ...LOSS, names: ['temporary relation work'] }]);
  });

  test('starts from the beginning after repair({ restart }), and then ends well', async () => {
    const { migrator, warnings } = await stopped();
    await db.query('DROP TABLE kept');
    const action = { kind: 'restart', file: '1.sql', recordedAs: '1.sql', from: '3 of 6 steps', to: '0 of 6 steps' };

    const before = await historyOf(db);
    expect(await migrator.repair({ restart: '1.sql', dryRun: true })).toEqual([action]);
    expect(await historyOf(db)).toEqual(before);

    expect(await migrator.repair({ restart: '1.sql' })).toEqual([action]);
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
    expect((await db.query('SELECT a FROM kept ORDER BY a')).rows).toEqual([{ a: 7 }, { a: 8 }]);
    expect(warnings()).toEqual([]);
  });
});
