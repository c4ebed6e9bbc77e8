import { afterEach, describe, expect, test } from '@jest/globals';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checksum } from '../../../src/core/migration/checksum.js';
import { MigrationFailedError, RefusedError, UnknownMigrationError } from '../../../src/migrator.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('repair');
afterEach(() => expectNoLeftovers(db));

const files = {
  '1.sql': 'SELECT 1',
  '2.sql': 'SELECT 2',
  '3.sql': 'SELECT 3',
  '4.sql': 'SELECT 4',
  '5.sql': 'SELECT 5',
};

/** One changed, one cosmetically, one renamed, one missing, one without a checksum, one pending. */
async function disturbed(): Promise<ObservedMigrator> {
  const { migrator, directory } = await migratorOn(db, files);
  await migrator.migrate();
  await writeFile(join(directory, '1.sql'), 'SELECT 11');
  await writeFile(join(directory, '2.sql'), 'SELECT 2 -- two');
  await rename(join(directory, '3.sql'), join(directory, '3_renamed.sql'));
  await rm(join(directory, '4.sql'));
  await db.query(`UPDATE shared.schema_migrations SET checksum = NULL WHERE migration_file = '5.sql'`);
  await writeFile(join(directory, '6.sql'), 'SELECT 6');
  return migratorOn(db, directory);
}

const ACTIONS = [
  { kind: 'checksum', file: '1.sql', recordedAs: '1.sql', from: checksum('SELECT 1'), to: checksum('SELECT 11') },
  { kind: 'checksum', file: '2.sql', recordedAs: '2.sql', from: checksum('SELECT 2'), to: checksum('SELECT 2 -- two') },
  { kind: 'name', file: '3_renamed.sql', recordedAs: '3.sql', from: checksum('SELECT 3'), to: checksum('SELECT 3') },
  { kind: 'checksum', file: '5.sql', recordedAs: '5.sql', from: null, to: checksum('SELECT 5') },
];

describe('a repair', () => {
  test('brings checksums and names in line with the files, and changes nothing else', async () => {
    const { migrator } = await disturbed();
    const before = await historyOf(db);
    expect(await migrator.repair()).toEqual(ACTIONS);
    const after = await historyOf(db);
    expect(after.map(({ migration_file }) => migration_file)).toEqual([
      '1.sql',
      '2.sql',
      '3_renamed.sql',
      '4.sql',
      '5.sql',
    ]);
    const kept = ({ executed_at, run_id, execution_time_ms, started_at, origin }: (typeof after)[number]): unknown => ({
      executed_at,
      run_id,
      execution_time_ms,
      started_at,
      origin,
    });
    expect(after.map(kept)).toEqual(before.map(kept));
    expect((await migrator.status()).migrations.map(({ file, state }) => `${file} ${state}`)).toEqual([
      '1.sql applied',
      '2.sql applied',
      '3_renamed.sql applied',
      '4.sql missing',
      '5.sql applied',
      '6.sql pending',
    ]);
    expect(await migrator.repair()).toEqual([]);
    expect((await migrator.migrate()).applied).toEqual(['6.sql']);
  });

  test('that is a dry run returns the same and does nothing but read', async () => {
    const { directory } = await disturbed();
    const before = await historyOf(db);
    const proxy = await startCountingProxy(db.connectionString);
    const { migrator } = await migratorOn(proxy, directory);
    expect(await migrator.repair({ dryRun: true })).toEqual(ACTIONS);
    expect(proxy.messages).toHaveLength(1);
    expect(await historyOf(db)).toEqual(before);
  });

  test('runs nothing, and records nothing that is pending or failed', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1/0', '2.sql': 'SELECT 2' });
    await migrator.migrate().catch(() => {});
    const before = await historyOf(db);
    expect(await migrator.repair()).toEqual([]);
    expect(await historyOf(db)).toEqual(before);
  });
});

const STOPPED = '-- no-transaction\nCREATE TABLE one ();\nSELECT 1/0;';

async function stopped(): Promise<ObservedMigrator> {
  const observed = await migratorOn(db, { '1.sql': STOPPED });
  await failureOf(observed.migrator.migrate(), MigrationFailedError);
  return observed;
}

test('a repair removes the failure of a file that is gone, but not of one that ran in steps', async () => {
  const { migrator, directory } = await migratorOn(db, { '1.sql': 'SELECT 1/0' });
  await failureOf(migrator.migrate(), MigrationFailedError);
  await rm(join(directory, '1.sql'));
  await writeFile(join(directory, '2.sql'), STOPPED);
  const removal = { kind: 'remove', file: '1.sql', recordedAs: '1.sql', from: 'failed', to: 'removed' };
  expect(await migrator.repair({ dryRun: true })).toEqual([removal]);
  expect(await migrator.accept()).toEqual([]);
  expect(await migrator.repair({ reason: 'renumbered' })).toEqual([removal]);
  expect(await historyOf(db)).toEqual([]);
  expect((await migrator.audit()).at(-1)).toMatchObject({ action: 'repair', files: ['1.sql'], reason: 'renumbered' });
  await failureOf(migrator.migrate(), MigrationFailedError);
  await rm(join(directory, '2.sql'));
  await writeFile(join(directory, '3.sql'), 'SELECT 3');
  expect(await migrator.repair()).toEqual([]);
});

describe('a restart', () => {
  const ACTION = { kind: 'restart', file: '1.sql', recordedAs: '1.sql', from: '1 of 2 steps', to: '0 of 2 steps' };

  test('lets an unfinished migration whose finished part was changed start over', async () => {
    const { migrator, directory } = await stopped();
    await writeFile(join(directory, '1.sql'), '-- no-transaction\nCREATE TABLE other ();\nSELECT 1;');
    const { refusals } = await failureOf(migrator.migrate(), RefusedError);
    expect(refusals).toMatchObject([
      { code: 'FINISHED_STEPS_CHANGED', subject: '1.sql', steps: { done: 1, total: 2 } },
    ]);
    await db.query('DROP TABLE one');
    expect(await migrator.repair({ restart: '1.sql' })).toEqual([ACTION]);
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
    expect(await relations(db)).toEqual(['other']);
  });

  test('of one whose process died says so in its row', async () => {
    const { migrator } = await stopped();
    await db.query(`UPDATE shared.schema_migrations SET running = true, error_message = 'running: not finished yet'`);
    await migrator.repair({ restart: '1.sql' });
    expect(await historyOf(db)).toMatchObject([
      { running: false, error_message: 'to be started over, as set by repair()', steps_done: 0, steps_total: 2 },
    ]);
  });

  test('keeps the row: what the file left behind may still be there after the file is gone', async () => {
    const { migrator, directory } = await stopped();
    await migrator.repair({ restart: '1.sql' });
    await rm(join(directory, '1.sql'));
    await writeFile(join(directory, '2.sql'), 'SELECT 2');
    expect(await migrator.repair()).toEqual([]);
    expect(await historyOf(db)).toMatchObject([{ migration_file: '1.sql' }]);
  });

  test('that is a dry run changes nothing', async () => {
    const { migrator } = await stopped();
    const before = await historyOf(db);
    expect(await migrator.repair({ restart: '1.sql', dryRun: true })).toEqual([ACTION]);
    expect(await historyOf(db)).toEqual(before);
  });

  test('of what did not stop between two steps is refused', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1', '2.sql': 'SELECT 1/0' });
    await failureOf(migrator.migrate(), MigrationFailedError);
    for (const restart of ['1.sql', '2.sql', '3.sql']) {
      for (const dryRun of [false, true]) {
        const error = await failureOf(migrator.repair({ restart, dryRun }), UnknownMigrationError);
        expect(error.message).toBe(`${restart} is not a migration that stopped between two steps. [UNKNOWN_MIGRATION]`);
      }
    }
  });
});
