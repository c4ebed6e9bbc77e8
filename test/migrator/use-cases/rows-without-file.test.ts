import { afterEach, describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError, RefusedError, UnknownMigrationError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { warned } from '../../support/migrator/findings-of.js';
import { historyOf, outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { DRIFT_FAILS } from '../../support/migrator/policies.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';
import { adding, ranOn, states } from '../run/adding.js';

const db = useEmptyDatabase('rows_without_file');
afterEach(() => expectNoLeftovers(db));

const codes = async ({ migrator }: ObservedMigrator): Promise<string[]> =>
  (await migrator.drift()).map(({ code, subject }) => `${code} ${subject}`);

describe('a migration that did not finish and whose file was deleted', () => {
  const STOPPED = '-- no-transaction\nCREATE TABLE one ();\nSELECT 1/0;';

  async function orphaned(): Promise<ObservedMigrator> {
    const { migrator, directory } = await migratorOn(db, { ...adding('1.sql', '3.sql'), '2.sql': STOPPED });
    await failureOf(migrator.migrate(), MigrationFailedError);
    await rm(join(directory, '2.sql'));
    return migratorOn(db, directory);
  }

  test('is orphaned: found, warned of at every run that has something to do, and in nobody else’s way', async () => {
    const observed = await orphaned();
    const { migrator, directory } = observed;
    expect(await states(observed)).toEqual(['1.sql applied', '2.sql orphaned', '3.sql pending']);
    const orphan = {
      code: 'ORPHANED',
      severity: 'warning',
      subject: '2.sql',
      reason: 'failed',
      steps: { done: 1, total: 2 },
      recorded: 'division by zero (SQLSTATE 22012)',
      since: expect.any(Date),
      remedy: expect.stringContaining("unmark('2.sql')"),
      remedies: [{ action: 'unmark', file: '2.sql' }],
    };
    expect((await migrator.drift()).filter(({ code }) => code === 'ORPHANED')).toEqual([orphan]);

    expect((await migrator.migrate()).applied).toEqual(['3.sql']);
    expect(warned(observed, 'ORPHANED')).toEqual([orphan]);
    expect(await migrator.health()).toMatchObject({
      up: true,
      message: '1 unfinished migration without a file',
      blocking: [],
      summary: { orphaned: 1, failed: 0, applied: 2, pending: 0 },
    });
    expect(await migrator.pending()).toEqual([]);
    expect(await migrator.validate()).toMatchObject([{ code: 'ORPHANED', subject: '2.sql' }]);

    await writeFile(join(directory, '4.sql'), 'SELECT 4');
    await migrator.migrate();
    expect(warned(observed, 'ORPHANED')).toEqual([orphan, orphan]);
  });

  test('does not keep a run from going on under a policy that fails, where nothing applied is touched', async () => {
    const { directory } = await orphaned();
    const { migrator } = await migratorOn(db, directory, { policy: DRIFT_FAILS });
    expect((await migrator.migrate()).applied).toEqual(['3.sql']);
  });

  test('is forgotten with unmark()', async () => {
    const observed = await orphaned();
    const { migrator } = observed;
    expect(await migrator.unmark('2.sql')).toEqual(['2.sql']);
    expect(await states(observed)).toEqual(['1.sql applied', '3.sql pending']);
    await migrator.migrate();
    expect(await migrator.drift()).toEqual([]);
    expect(await migrator.health()).toMatchObject({ up: true, message: 'up to date', summary: { orphaned: 0 } });
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '3.sql': 'applied' });
  });

  test('continues when its file is back', async () => {
    const { migrator, directory } = await orphaned();
    await writeFile(join(directory, '2.sql'), STOPPED.replace('1/0', '1'));
    expect((await migrator.migrate()).applied).toEqual(['2.sql', '3.sql']);
    expect(await migrator.drift()).toEqual([]);
  });
});

describe('unmark', () => {
  test('of what the history does not have is refused, and changes nothing', async () => {
    const { migrator } = await migratorOn(db, adding('1.sql'));
    await migrator.migrate();
    const before = await historyOf(db);
    for (const file of ['2.sql', '1', '1.SQL', '']) {
      const { code } = await failureOf(migrator.unmark(file), UnknownMigrationError);
      expect(code).toBe('UNKNOWN_MIGRATION');
    }
    expect(await historyOf(db)).toEqual(before);
  });

  test('is the way out of a policy that fails for an applied file that was deleted on purpose', async () => {
    const { migrator, directory } = await migratorOn(db, adding('1.sql', '2.sql'), { policy: DRIFT_FAILS });
    await migrator.migrate();
    await rm(join(directory, '1.sql'));
    await writeFile(join(directory, '3.sql'), adding('3.sql')['3.sql'] as string);
    const { refusals, message } = await failureOf(migrator.migrate(), RefusedError);
    expect(refusals).toMatchObject([{ code: 'MISSING', subject: '1.sql' }]);
    expect(message).toContain("remove its row with unmark('1.sql')");
    expect(await ranOn(db)).toEqual(['1.sql', '2.sql']);

    await migrator.unmark('1.sql');
    expect((await migrator.migrate()).applied).toEqual(['3.sql']);
    expect(await outcomes(db)).toEqual({ '2.sql': 'applied', '3.sql': 'applied' });
  });

  test('is the way out of a row typed by hand with a wrong name, behind which every file is out of order', async () => {
    const observed = await migratorOn(db, adding('1.sql'), { policy: { outOfOrder: 'fail' }, catalog: false });
    const { migrator, directory } = observed;
    await migrator.migrate();
    await db.query(`INSERT INTO shared.schema_migrations (migration_file) VALUES ('999_wrong.sql')`);
    await writeFile(join(directory, '2.sql'), adding('2.sql')['2.sql'] as string);
    expect(await codes(observed)).toEqual(['OUT_OF_ORDER 2.sql', 'AHEAD 999_wrong.sql']);
    const { refusals } = await failureOf(migrator.migrate(), RefusedError);
    expect(refusals).toMatchObject([{ code: 'OUT_OF_ORDER', subject: '2.sql', recorded: '999_wrong.sql' }]);
    expect(refusals[0]?.remedy).toContain(
      "If 999_wrong.sql was recorded by mistake, remove its row with unmark('999_wrong.sql').",
    );

    expect(await migrator.unmark('999_wrong.sql')).toEqual(['999_wrong.sql']);
    expect(await codes(observed)).toEqual([]);
    expect((await migrator.migrate()).applied).toEqual(['2.sql']);
    expect(await ranOn(db)).toEqual(['1.sql', '2.sql']);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied' });
  });

  test('does the same where out of order only warns: the warning ends', async () => {
    const observed = await migratorOn(db, adding('1.sql'));
    const { migrator, directory } = observed;
    await migrator.migrate();
    await db.query(`INSERT INTO shared.schema_migrations (migration_file) VALUES ('999_wrong.sql')`);
    await writeFile(join(directory, '2.sql'), 'SELECT 2');
    await migrator.migrate();
    expect(warned(observed)).toMatchObject([{ code: 'RUNS_OUT_OF_ORDER', subject: '2.sql' }]);
    await migrator.unmark('999_wrong.sql');
    await writeFile(join(directory, '3.sql'), 'SELECT 3');
    await migrator.migrate();
    expect(warned(observed)).toHaveLength(1);
  });
});
