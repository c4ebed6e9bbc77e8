import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { RefusedError, UnknownMigrationError } from '../../../src/migrator.js';
import { checkpointOf } from '../../support/migrator/checkpoint-of.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('import_into');
// Tools write times without a zone in that of the database, which is not the one of this process.
beforeAll(() => db.query(`ALTER DATABASE "${db.name}" SET TimeZone = 'Asia/Tokyo'`));
afterEach(() => expectNoLeftovers(db));

describe('what is recorded here before', () => {
  const files = { '1_a.sql': 'SELECT 1;', '2_b.sql': 'SELECT nope;', '3_c.sql': 'SELECT 3;' };
  const rows = `CREATE TABLE knex_migrations (id serial, name text, batch int, migration_time timestamptz);
    INSERT INTO knex_migrations (name, migration_time) VALUES ('1_a.js', '2020-01-01Z'), ('2_b.js', '2020-01-02Z'), ('9_z.js', NULL)`;

  test('as applied stays as it is; what failed counts as applied with the time of the other tool', async () => {
    await db.query(rows);
    const { migrator } = await migratorOn(db, files);
    await migrator.migrate().catch(() => {});
    const [first] = await historyOf(db);
    expect(await outcomes(db)).toEqual({ '1_a.sql': 'applied', '2_b.sql': expect.stringContaining('nope') });
    expect(await migrator.importFrom('knex')).toEqual({
      recorded: ['2_b.sql'],
      alreadyRecorded: ['1_a.sql'],
      unmatched: ['9_z.js'],
    });
    const after = await historyOf(db);
    expect(after[0]).toEqual(first);
    expect(after[1]).toMatchObject({ error_message: null, origin: 'import', executed_at: new Date('2020-01-02Z') });
    expect((await migrator.migrate()).applied).toEqual(['3_c.sql']);
  });

  test('by another import at the same time is recorded once', async () => {
    await db.query(rows);
    const [one, two] = [await migratorOn(db, files), await migratorOn(db, files)];
    const reports = await Promise.all([one.migrator.importFrom('knex'), two.migrator.importFrom('knex')]);
    expect(reports.flatMap(({ recorded }) => recorded)).toEqual(['1_a.sql', '2_b.sql']);
    expect(await outcomes(db)).toEqual({ '1_a.sql': 'applied', '2_b.sql': 'applied' });
  });
});

test('files that are gone because a checkpoint replaces them are recorded too, by an import and by mark', async () => {
  const gone = { '1_a.sql': 'CREATE TABLE a ();', '2_b.sql': 'CREATE TABLE b ();' };
  const { migrator } = await migratorOn(db, { '2_checkpoint.sql': checkpointOf(gone, ''), '3_c.sql': 'SELECT 3;' });
  expect(await migrator.mark('2_b.sql')).toEqual(['2_b.sql']);
  expect(await migrator.mark('2_b.sql')).toEqual([]);
  await db.query(`CREATE TABLE knex_migrations (id serial, name text, batch int, migration_time timestamptz);
    INSERT INTO knex_migrations (name, migration_time) VALUES ('1_a.js', '2020-01-01Z'), ('2_b.js', '2020-01-02Z')`);
  const report = { recorded: ['1_a.sql'], alreadyRecorded: ['2_b.sql'], unmatched: [] };
  expect(await migrator.importFrom('knex')).toEqual(report);
  expect(await migrator.importFrom('knex')).toEqual({ ...report, recorded: [], alreadyRecorded: Object.keys(gone) });
  expect((await historyOf(db)).map(({ migration_file, origin }) => [migration_file, origin])).toEqual([
    ['1_a.sql', 'import'],
    ['2_b.sql', 'mark'],
  ]);
  expect((await migrator.migrate()).applied).toEqual(['3_c.sql']);
});

test('what was recorded by mistake for files that a checkpoint replaces can be taken back', async () => {
  const gone = { '1_a.sql': 'CREATE TABLE a ();', '2_b.sql': 'CREATE TABLE b ();' };
  const { migrator } = await migratorOn(db, { '2_checkpoint.sql': checkpointOf(gone, ''), '3_c.sql': 'SELECT 3;' });
  await migrator.mark('1_a.sql');
  await failureOf(migrator.migrate(), RefusedError);
  expect(await migrator.unmark('1_a.sql', { dryRun: true })).toEqual(['1_a.sql']);
  expect(await migrator.unmark('1_a.sql')).toEqual(['1_a.sql']);
  await failureOf(migrator.unmark('1_a.sql'), UnknownMigrationError);
  expect((await migrator.migrate()).applied).toEqual(['2_checkpoint.sql', '3_c.sql']);
  expect(await migrator.unmark('1_a.sql')).toEqual(['1_a.sql']);
  expect(await migrator.mark('1_a.sql')).toEqual(['1_a.sql']);
  expect((await migrator.migrate()).applied).toEqual([]);
});
