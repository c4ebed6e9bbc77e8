import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError, UnknownMigrationError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { checkpointOf } from '../../support/migrator/checkpoint-of.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('record');
afterEach(() => expectNoLeftovers(db));

const files = {
  '001_a.sql': 'CREATE TABLE a ()',
  '002_b.sql': 'CREATE TABLE b ()',
  '002_c.sql': 'CREATE TABLE c ()',
  '010_d.sql': 'CREATE TABLE d ()',
};
const recorded = async (): Promise<[string, string | null][]> =>
  (await historyOf(db)).map(({ migration_file, origin }) => [migration_file, origin]);

describe('a baseline', () => {
  test.each<[string, string[]]>([
    ['001', ['001_a.sql']],
    ['1', ['001_a.sql']],
    ['2', ['001_a.sql', '002_b.sql', '002_c.sql']],
    ['002_b.sql', ['001_a.sql', '002_b.sql']],
    ['010_d.sql', Object.keys(files)],
  ])('up to %s records these as applied without running them', async (version, expected) => {
    const { migrator } = await migratorOn(db, files);
    expect(await migrator.baseline(version)).toEqual(expected);
    expect(await recorded()).toEqual(expected.map((file) => [file, 'baseline']));
    expect(await relations(db)).toEqual([]);
    const rest = Object.keys(files).filter((file) => !expected.includes(file));
    expect((await migrator.migrate()).applied).toEqual(rest);
    expect((await historyOf(db)).every(({ checksum }) => checksum !== null)).toBe(true);
  });

  test('only says what it would record when it is a dry run', async () => {
    const { migrator } = await migratorOn(db, files);
    expect(await migrator.baseline('2', { dryRun: true })).toEqual(['001_a.sql', '002_b.sql', '002_c.sql']);
    expect(await migrator.mark('001_a.sql', { dryRun: true })).toEqual(['001_a.sql']);
    expect((await db.query(`SELECT to_regclass('shared.schema_migrations') AS history`)).rows).toEqual([
      { history: null },
    ]);
    await failureOf(migrator.mark('9.sql', { dryRun: true }), UnknownMigrationError);
  });

  test('leaves those that are applied as they are, and can be repeated', async () => {
    const { migrator } = await migratorOn(db, { '001_a.sql': files['001_a.sql'] });
    await migrator.migrate();
    const [before] = await historyOf(db);
    const more = await migratorOn(db, files);
    expect(await more.migrator.baseline('2')).toEqual(['002_b.sql', '002_c.sql']);
    expect(await more.migrator.baseline('2')).toEqual([]);
    expect((await historyOf(db))[0]).toEqual(before);
  });

  test('makes one that failed applied', async () => {
    const { migrator } = await migratorOn(db, { '001_a.sql': 'SELECT 1/0' });
    await failureOf(migrator.migrate(), MigrationFailedError);
    expect(await migrator.baseline('1')).toEqual(['001_a.sql']);
    expect((await migrator.migrate()).applied).toEqual([]);
    expect((await migrator.status()).migrations[0]).toMatchObject({ state: 'applied' });
  });

  test.each(['3', '', 'x', '002_x.sql', '01.5', '2x'])(
    'up to %j, which no file has, is refused and makes no table',
    async (version) => {
      const { migrator } = await migratorOn(db, files);
      const error = await failureOf(migrator.baseline(version), UnknownMigrationError);
      expect(error.code).toBe('UNKNOWN_MIGRATION');
      expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
    },
  );
});

describe('a mark', () => {
  test('records one migration as applied without running it, out of order if need be', async () => {
    const { migrator } = await migratorOn(db, files);
    expect(await migrator.mark('002_c.sql')).toEqual(['002_c.sql']);
    expect(await migrator.mark('002_c.sql')).toEqual([]);
    expect(await recorded()).toEqual([['002_c.sql', 'mark']]);
    expect((await migrator.migrate()).applied).toEqual(['001_a.sql', '002_b.sql', '010_d.sql']);
    expect(await relations(db)).toEqual(['a', 'b', 'd']);
  });

  test('ends the trying of one that failed in the middle of its steps', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': '-- no-transaction\nCREATE TABLE a (); SELECT 1/0' });
    await failureOf(migrator.migrate(), MigrationFailedError);
    expect(await migrator.mark('1.sql')).toEqual(['1.sql']);
    expect((await migrator.migrate()).applied).toEqual([]);
    expect(await historyOf(db)).toMatchObject([{ error_message: null, running: false, origin: 'mark' }]);
  });

  test('of a checkpoint that failed records the migrations for which it stands, and a repair removes the failure', async () => {
    const replaced = { '001_a.sql': 'CREATE TABLE a (id int)' };
    const checkpoint = { '001_checkpoint.sql': checkpointOf(replaced, replaced['001_a.sql']) };
    const { migrator } = await migratorOn(db, { ...replaced, ...checkpoint, '002_b.sql': 'CREATE TABLE b (id int)' });
    await db.query('CREATE TABLE a (id int)');
    await failureOf(migrator.migrate(), MigrationFailedError);
    expect(await migrator.mark('001_checkpoint.sql')).toEqual(['001_a.sql']);
    expect((await migrator.migrate()).applied).toEqual(['002_b.sql']);
    expect(await migrator.repair()).toMatchObject([{ kind: 'remove', file: '001_checkpoint.sql' }]);
    expect(await recorded()).toEqual([
      ['001_a.sql', 'baseline'],
      ['002_b.sql', 'migrate'],
    ]);
    expect(await migrator.repair()).toEqual([]);
  });

  test.each(['001_A.sql', '001', '../001_a.sql', `'; DROP TABLE x; --`])(
    'of %j, which is no file, is refused',
    async (file) => {
      const { migrator } = await migratorOn(db, files);
      expect((await failureOf(migrator.mark(file), UnknownMigrationError)).message).toContain(file);
    },
  );
});
