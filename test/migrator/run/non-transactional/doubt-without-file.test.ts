import { afterEach, describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError, type Migrator } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { historyOf, outcomes } from '../../../support/migrator/history-of.js';
import { migrateUntilKilled } from '../../../support/programs/killed.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn, type ObservedMigrator } from '../../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../../support/files/temp-directory.js';
import { until } from '../../../support/jest/until.js';

const db = useEmptyDatabase('doubt_without_file');
afterEach(() => expectNoLeftovers(db));

const CALL = `CALL in_parts();`;
const DOUBT = {
  code: 'STEP_IN_DOUBT',
  subject: '5_x.sql',
  detail: 'CALL in_parts()',
  remedy: expect.stringMatching(/resolve\('5_x.sql', 'done'\).*resolve\('5_x.sql', 'again'\)/),
};

/** The process of `5_x.sql` died in its CALL. */
async function inDoubt(): Promise<ObservedMigrator> {
  await db.query(`CREATE TABLE ledger (what text);
    CREATE PROCEDURE in_parts() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ledger VALUES ('called'); COMMIT; END $$;`);
  const directory = await migrationsDirectory({ '5_x.sql': `-- no-transaction\n${CALL}\nSELECT 1;\n` });
  await migrateUntilKilled(db, directory, (text) => (text.startsWith('CALL') ? 'after' : undefined));
  return migratorOn(db, directory);
}

/** The file was renamed, and the CALL deleted from it: nothing connects it with its row. */
async function renamedWithoutCall(): Promise<ObservedMigrator> {
  const observed = await inDoubt();
  await rm(join(observed.directory, '5_x.sql'));
  await writeFile(join(observed.directory, '6_x.sql'), `-- no-transaction\nSELECT 1;\n`);
  return observed;
}

describe('a step in doubt whose file is gone', () => {
  test('refuses a run until it is resolved', async () => {
    const { migrator } = await renamedWithoutCall();
    const before = await historyOf(db);
    const { refusals } = await failureOf(migrator.migrate(), RefusedError);
    expect(refusals).toMatchObject([DOUBT]);
    expect(await historyOf(db)).toEqual(before);
    expect((await migrator.plan()).refusals).toMatchObject([DOUBT]);

    expect(await migrator.resolve('5_x.sql', 'done')).toBe('CALL in_parts()');
    expect(await migrator.unmark('5_x.sql')).toEqual(['5_x.sql']);
    expect((await migrator.migrate()).applied).toEqual(['6_x.sql']);
    expect(await outcomes(db)).toEqual({ '6_x.sql': 'applied' });
  });

  test('is part of the finding about its row, with the way to decide', async () => {
    const { migrator } = await renamedWithoutCall();
    expect(await migrator.drift()).toMatchObject([
      {
        code: 'ORPHANED',
        subject: '5_x.sql',
        actual: 'CALL in_parts()',
        remedy: expect.stringMatching(
          /resolve\('5_x.sql', 'done'\).*resolve\('5_x.sql', 'again'\).*unmark\('5_x.sql'\)/,
        ),
      },
    ]);
  });

  test('lets a run wait that finds it while another process runs it', async () => {
    await db.query(`CREATE PROCEDURE slow() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); COMMIT; END $$`);
    const newer = await migratorOn(db, { '1.sql': 'SELECT 1', '5_x.sql': '-- no-transaction\nCALL slow();' });
    const older = await migratorOn(db, { '1.sql': 'SELECT 1', '6_x.sql': 'SELECT 6' });
    const running = newer.migrator.migrate();
    await until(async () => (await newer.migrator.status()).migrations[1]?.state === 'running');
    expect((await older.migrator.migrate()).applied).toEqual(['6_x.sql']);
    expect((await running).applied).toEqual(['1.sql', '5_x.sql']);
  });

  test('only warns where there is nothing to run: another process may be running it', async () => {
    const observed = await inDoubt();
    await rm(join(observed.directory, '5_x.sql'));
    await writeFile(join(observed.directory, '1.sql'), `SELECT 1;\n`);
    await observed.migrator.mark('1.sql');
    expect((await observed.migrator.migrate()).applied).toEqual([]);
    expect(observed.warnings()).toEqual([expect.stringMatching(/5_x\.sql .*"CALL in_parts\(\)".*\[ORPHANED\]/)]);
  });
});

describe('a row with a step in doubt is not', () => {
  test.each<[string, (migrator: Migrator) => Promise<unknown>]>([
    ['unmarked', (migrator) => migrator.unmark('5_x.sql')],
    ['marked', (migrator) => migrator.mark('5_x.sql')],
    ['part of a baseline', (migrator) => migrator.baseline('5')],
  ])('%s before it is resolved', async (_what, change) => {
    const { migrator } = await inDoubt();
    const before = await historyOf(db);
    expect((await failureOf(change(migrator), RefusedError)).refusals).toMatchObject([DOUBT]);
    expect(await historyOf(db)).toEqual(before);
    await migrator.resolve('5_x.sql', 'done');
    expect(await change(migrator)).toEqual(['5_x.sql']);
  });

  test('marked under its new name either', async () => {
    const { migrator, directory } = await inDoubt();
    await rm(join(directory, '5_x.sql'));
    await writeFile(join(directory, '6_x.sql'), `-- no-transaction\n${CALL}\nSELECT 2;\n`);
    expect((await failureOf(migrator.mark('6_x.sql'), RefusedError)).refusals).toMatchObject([DOUBT]);
    await migrator.resolve('5_x.sql', 'done');
    expect(await migrator.mark('6_x.sql')).toEqual(['6_x.sql']);
    expect(await outcomes(db)).toEqual({ '6_x.sql': 'applied' });
  });
});
