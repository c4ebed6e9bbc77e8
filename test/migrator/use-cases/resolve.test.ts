import { afterEach, describe, expect, test } from '@jest/globals';
import { InDoubtError, MigrationFailedError, UnknownMigrationError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('resolve');
afterEach(() => expectNoLeftovers(db));

const SETUP = `CREATE TABLE ran (what text);
  CREATE PROCEDURE in_parts() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ran VALUES ('called'); COMMIT; END $$;`;
const FILE = `-- no-transaction\nINSERT INTO ran VALUES ('first');\nCALL in_parts();\nINSERT INTO ran VALUES ('last');`;

/** A run that died in the CALL, before it took effect. */
async function inDoubt(): Promise<ObservedMigrator> {
  await db.query(SETUP);
  const first = await migratorOn(db, { '1.sql': FILE });
  await db.query('ALTER PROCEDURE in_parts RENAME TO away');
  await failureOf(first.migrator.migrate(), MigrationFailedError);
  await db.query('ALTER PROCEDURE away RENAME TO in_parts');
  await db.query(`UPDATE shared.schema_migrations SET running = true, error_message = 'running'`);
  return first;
}

const ran = async (): Promise<string[]> =>
  (await db.query<{ what: string }>('SELECT what FROM ran ORDER BY ctid')).rows.map(({ what }) => what);

describe('a step in doubt', () => {
  test.each([
    ['done', 2, ['first', 'last']],
    ['again', 1, ['first', 'called', 'last']],
  ] as const)('that is resolved as %s runs nothing, and the next run continues', async (outcome, done, expected) => {
    const { migrator } = await inDoubt();
    await failureOf(migrator.migrate(), InDoubtError);
    expect(await migrator.resolve('1.sql', outcome)).toBe('CALL in_parts()');
    expect(await ran()).toEqual(['first']);
    const [row] = await historyOf(db);
    expect(row).toMatchObject({ running: false, steps_done: done, steps_total: 3 });
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
    expect(await ran()).toEqual(expected);
  });

  test('is not reported as started, because nothing of it runs', async () => {
    const { migrator, events } = await inDoubt();
    const before = events.length;
    await failureOf(migrator.migrate(), InDoubtError);
    expect(events.slice(before).map(({ type }) => type)).toEqual([
      'run-started',
      'lock-acquired',
      'run-planned',
      'run-failed',
    ]);
  });

  test('is resolved once', async () => {
    const { migrator } = await inDoubt();
    await migrator.resolve('1.sql', 'done');
    const before = await historyOf(db);
    const error = await failureOf(migrator.resolve('1.sql', 'again'), UnknownMigrationError);
    expect(error.message).toBe('No step of 1.sql is in doubt. [UNKNOWN_MIGRATION]');
    expect(await historyOf(db)).toEqual(before);
  });

  test('is none of a migration that failed, was applied, or is not there', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1', '2.sql': '-- no-transaction\nSELECT 1/0' });
    await failureOf(migrator.migrate(), MigrationFailedError);
    for (const file of ['1.sql', '2.sql', '3.sql']) {
      const { message } = await failureOf(migrator.resolve(file, 'done'), UnknownMigrationError);
      expect(message).toBe(`No step of ${file} is in doubt. [UNKNOWN_MIGRATION]`);
    }
  });
});
