import { afterEach, describe, expect, test } from '@jest/globals';
import { copyFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError, RefusedError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { warned } from '../../../support/migrator/findings-of.js';
import { historyOf, outcomes } from '../../../support/migrator/history-of.js';
import { migrateUntilKilled } from '../../../support/programs/killed.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn, type ObservedMigrator } from '../../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../../support/files/temp-directory.js';

const db = useEmptyDatabase('renamed');
afterEach(() => expectNoLeftovers(db));

const SETUP = 'CREATE TABLE ledger (what text); CREATE TABLE t (a int);';
const FINISHED = `INSERT INTO ledger VALUES ('first');\nCREATE INDEX CONCURRENTLY i ON t (a);\n`;
const FAILING = `${FINISHED}INSERT INTO missing VALUES (1);\nINSERT INTO ledger VALUES ('last');\n`;
const FIXED = `${FINISHED}-- corrected\nINSERT INTO t VALUES (1);\nINSERT INTO ledger VALUES ('last');\n`;

const ledger = async (): Promise<string[]> =>
  (await db.query<{ what: string }>('SELECT what FROM ledger ORDER BY ctid')).rows.map(({ what }) => what);

const drift = async ({ migrator }: ObservedMigrator): Promise<string[]> =>
  (await migrator.drift()).map(({ code, subject, recorded }) => `${code} ${subject} ${recorded ?? ''}`.trim());

/** `5_x.sql` stopped at its third statement, and has another name now. */
async function halfApplied(renamedTo: string): Promise<ObservedMigrator> {
  await db.query(SETUP);
  const observed = await migratorOn(db, { '5_x.sql': FAILING });
  await failureOf(observed.migrator.migrate(), MigrationFailedError);
  expect(await ledger()).toEqual(['first']);
  await rename(join(observed.directory, '5_x.sql'), join(observed.directory, renamedTo));
  return observed;
}

const RENAMED = { code: 'RENAMED_UNFINISHED', severity: 'note', subject: '6_x.sql', recorded: '5_x.sql' };

const FAILED = 'FAILED 6_x.sql relation "missing" does not exist (SQLSTATE 42P01)';

describe('a half-applied non-transactional migration whose file was renamed', () => {
  test('and not corrected, fails at the same statement, and what it has done is not done again', async () => {
    const observed = await halfApplied('6_x.sql');
    const { migrator } = observed;
    expect(await drift(observed)).toEqual(['RENAMED_UNFINISHED 6_x.sql 5_x.sql', FAILED]);
    expect((await migrator.status()).migrations).toMatchObject([
      { file: '6_x.sql', state: 'failed', recordedAs: '5_x.sql' },
    ]);

    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(error.failure).toMatchObject({
      file: '6_x.sql',
      location: { line: 3 },
      aftermath: { kind: 'partial', stepsDone: 2, stepsTotal: 4 },
    });
    expect(warned(observed, 'RENAMED_UNFINISHED')).toMatchObject([RENAMED]);
    expect(await ledger()).toEqual(['first']);
    expect(await historyOf(db)).toMatchObject([{ migration_file: '6_x.sql', running: false, steps_done: 2 }]);

    await db.query('CREATE TABLE missing (a int)');
    expect((await migrator.migrate()).applied).toEqual(['6_x.sql']);
    expect(await ledger()).toEqual(['first', 'last']);
    expect(await outcomes(db)).toEqual({ '6_x.sql': 'applied' });
    expect(await drift(observed)).toEqual([]);
  });

  test('and corrected behind what is done, continues there, under its new name', async () => {
    const observed = await halfApplied('6_x.sql');
    const { migrator, directory } = observed;
    await writeFile(join(directory, '6_x.sql'), FIXED);
    expect(await drift(observed)).toEqual(['RENAMED_UNFINISHED 6_x.sql 5_x.sql', FAILED]);
    expect((await migrator.migrate()).applied).toEqual(['6_x.sql']);
    expect(warned(observed)).toMatchObject([
      RENAMED,
      { code: 'RESUMED', subject: '6_x.sql', actual: expect.stringContaining('INSERT INTO t VALUES') },
    ]);
    expect(await ledger()).toEqual(['first', 'last']);
    expect(await outcomes(db)).toEqual({ '6_x.sql': 'applied' });
  });

  test('and is another file now in what is done, has nothing in common with it: its row is orphaned', async () => {
    const observed = await halfApplied('6_x.sql');
    await writeFile(join(observed.directory, '6_x.sql'), `INSERT INTO ledger VALUES ('other');`);
    expect(await drift(observed)).toEqual(['ORPHANED 5_x.sql relation "missing" does not exist (SQLSTATE 42P01)']);
    await observed.migrator.migrate();
    expect(Object.keys(await outcomes(db))).toEqual(['5_x.sql', '6_x.sql']);
  });

  test('and is recorded with mark(), leaves nothing under its old name', async () => {
    const observed = await halfApplied('6_x.sql');
    await db.query(`UPDATE shared.schema_migrations SET invalid_indexes = '["public.i"]'`);
    await db.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass`);
    expect(await observed.migrator.mark('6_x.sql')).toEqual(['6_x.sql']);
    expect(await outcomes(db)).toEqual({ '6_x.sql': 'applied' });
    expect(await historyOf(db)).toMatchObject([
      { migration_file: '6_x.sql', origin: 'mark', steps_done: null, invalid_indexes: ['public.i'] },
    ]);
    expect(await drift(observed)).toEqual(['INVALID_INDEX Index public.i']);
  });

  test('after its process was killed, continues', async () => {
    await db.query(`${SETUP} CREATE TABLE missing (a int)`);
    const directory = await migrationsDirectory({ '5_x.sql': FAILING });
    const { at } = await migrateUntilKilled(db, directory, (text) =>
      text.includes('INSERT INTO missing') ? 'before' : undefined,
    );
    expect(at).toContain('INSERT INTO missing');
    expect(await historyOf(db)).toMatchObject([{ migration_file: '5_x.sql', running: true, steps_done: 2 }]);
    await rename(join(directory, '5_x.sql'), join(directory, '6_x.sql'));
    const observed = await migratorOn(db, directory, { catalog: false });
    expect(await drift(observed)).toEqual(['RENAMED_UNFINISHED 6_x.sql 5_x.sql']);
    expect((await observed.migrator.migrate()).applied).toEqual(['6_x.sql']);
    expect(await ledger()).toEqual(['first', 'last']);
    expect(await outcomes(db)).toEqual({ '6_x.sql': 'applied' });
  });
});

describe('two files that begin with what a half-applied migration has done', () => {
  test('are refused, as running either could repeat it; recording one as applied decides', async () => {
    const observed = await halfApplied('6_x.sql');
    const { migrator, directory } = observed;
    await copyFile(join(directory, '6_x.sql'), join(directory, '7_x.sql'));
    const before = await historyOf(db);
    const refusals = async (): Promise<string[]> =>
      (await failureOf(migrator.migrate(), RefusedError)).refusals.map(
        ({ code, subject, names = [] }) => `${code} ${subject} ${names.join()}`,
      );
    expect(await refusals()).toEqual(['AMBIGUOUS_RENAME 6_x.sql 5_x.sql', 'AMBIGUOUS_RENAME 7_x.sql 5_x.sql']);
    // One of them is the old file to the byte, but the other one would insert the row again all the same.
    await writeFile(join(directory, '6_x.sql'), FIXED);
    expect(await refusals()).toEqual(['AMBIGUOUS_RENAME 6_x.sql 5_x.sql']);
    await writeFile(join(directory, '7_x.sql'), `${FINISHED}SELECT 7;`);
    expect(await refusals()).toEqual(['AMBIGUOUS_RENAME 6_x.sql 5_x.sql', 'AMBIGUOUS_RENAME 7_x.sql 5_x.sql']);
    expect(await ledger()).toEqual(['first']);
    expect(await historyOf(db)).toEqual(before);

    await migrator.mark('7_x.sql');
    expect((await migrator.migrate()).applied).toEqual(['6_x.sql']);
    expect(await ledger()).toEqual(['first', 'last']);
    expect(await outcomes(db)).toEqual({ '6_x.sql': 'applied', '7_x.sql': 'applied' });
  });
});

describe('a transactional migration that failed and whose file was renamed', () => {
  const TRANSACTIONAL = `INSERT INTO ledger VALUES ('once'); INSERT INTO missing VALUES (1);`;

  async function failed(): Promise<ObservedMigrator> {
    await db.query(SETUP);
    const observed = await migratorOn(db, { '1.sql': TRANSACTIONAL });
    await failureOf(observed.migrator.migrate(), MigrationFailedError);
    await rename(join(observed.directory, '1.sql'), join(observed.directory, '2.sql'));
    return observed;
  }

  test('keeps its one row, under the new name, failing or not', async () => {
    const observed = await failed();
    expect(await drift(observed)).toEqual(['RENAMED_UNFINISHED 2.sql 1.sql', FAILED.replace('6_x.sql', '2.sql')]);
    await failureOf(observed.migrator.migrate(), MigrationFailedError);
    expect(Object.keys(await outcomes(db))).toEqual(['2.sql']);
    await db.query('CREATE TABLE missing (a int)');
    expect((await observed.migrator.migrate()).applied).toEqual(['2.sql']);
    expect(await outcomes(db)).toEqual({ '2.sql': 'applied' });
    expect(await ledger()).toEqual(['once']);
  });

  test('and corrected cannot be recognized, as nothing of it is done: it runs, and the old row is reported', async () => {
    const observed = await failed();
    await writeFile(join(observed.directory, '2.sql'), `INSERT INTO ledger VALUES ('once')`);
    expect((await observed.migrator.migrate()).applied).toEqual(['2.sql']);
    expect(await ledger()).toEqual(['once']);
    expect(await drift(observed)).toEqual(['ORPHANED 1.sql relation "missing" does not exist (SQLSTATE 42P01)']);
  });
});
