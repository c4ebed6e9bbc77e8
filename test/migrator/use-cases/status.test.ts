import { afterEach, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryError, NotUpToDateError, RefusedError, renderFinding } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { DRIFT_FAILS } from '../../support/migrator/policies.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('status');
afterEach(() => expectNoLeftovers(db));

/** 1 and 4 applied, 2 failed, 3 out of order, 5 pending, 6 running, 9 of a newer release. */
async function everything(): Promise<ObservedMigrator> {
  const first = await migratorOn(db, { '1.sql': 'SELECT 1', '4.sql': 'SELECT 4', '9.sql': 'SELECT 9' });
  await first.migrator.migrate();
  const files = {
    '1.sql': 'SELECT 1',
    '2.sql': 'SELECT 1/0',
    '3.sql': 'SELECT 3',
    '4.sql': 'SELECT 4',
    '5.sql': 'SELECT 5',
    '6.sql': 'SELECT 6',
  };
  const observed = await migratorOn(db, files, { catalog: false });
  await observed.migrator.migrate().catch(() => {});
  await db.query(
    `INSERT INTO shared.schema_migrations (migration_file, error_message, running) VALUES ('6.sql', 'running', true)`,
  );
  return observed;
}

test('status joins files and history, in the order of versions, with a summary', async () => {
  const { migrator } = await everything();
  const { tracked, migrations, summary } = await migrator.status();
  expect(tracked).toBe(true);
  expect(migrations.map(({ file, state, onDisk }) => [file, state, onDisk])).toEqual([
    ['1.sql', 'applied', true],
    ['2.sql', 'failed', true],
    ['3.sql', 'out-of-order', true],
    ['4.sql', 'applied', true],
    ['5.sql', 'out-of-order', true],
    ['6.sql', 'running', true],
    ['9.sql', 'ahead', false],
  ]);
  expect(summary).toEqual({
    total: 7,
    applied: 3,
    pending: 2,
    failed: 1,
    running: 1,
    outOfOrder: 2,
    changed: 0,
    renamed: 0,
    missing: 0,
    ahead: 1,
    unverified: 0,
    orphaned: 0,
    unusable: 0,
    newestApplied: '9.sql',
  });
  expect(migrations[1]?.row).toMatchObject({ state: 'failed', error: expect.stringContaining('22012') });
});

test('pending are those that the next run executes, failed ones included', async () => {
  const { migrator } = await everything();
  expect((await migrator.pending()).map(({ file }) => file)).toEqual(['2.sql', '3.sql', '5.sql', '6.sql']);
});

test('health is down with what blocks it, and up once that is applied', async () => {
  const { migrator, directory } = await everything();
  expect(await migrator.health()).toMatchObject({
    up: false,
    message:
      '1 migration of this release failed; 1 migration of this release started and not finished; 2 migrations of this release not applied',
    blocking: [
      { file: '2.sql', state: 'failed' },
      { file: '3.sql', state: 'out-of-order' },
      { file: '5.sql', state: 'out-of-order' },
      { file: '6.sql', state: 'running' },
    ],
  });
  await writeFile(join(directory, '2.sql'), 'SELECT 2');
  await migrator.migrate();
  expect(await migrator.health()).toMatchObject({ up: true, blocking: [] });
});

test('history gives every row in the order of execution', async () => {
  const { migrator } = await everything();
  expect((await migrator.history()).map(({ file, state }) => `${file} ${state}`)).toEqual([
    '1.sql applied',
    '4.sql applied',
    '9.sql applied',
    '2.sql failed',
    '6.sql running',
  ]);
});

test('drift lists what is out of order, failed or ahead, as well as what was changed', async () => {
  const { migrator, directory } = await everything();
  await writeFile(join(directory, '1.sql'), 'SELECT 11');
  expect((await migrator.drift()).map(({ code, subject }) => `${subject} ${code}`)).toEqual([
    '1.sql CHANGED',
    '2.sql FAILED',
    '3.sql OUT_OF_ORDER',
    '5.sql OUT_OF_ORDER',
    '9.sql AHEAD',
  ]);
});

describe('a plan', () => {
  test('lists what a run would refuse, and says what it would warn of', async () => {
    const { directory } = await everything();
    await writeFile(join(directory, '3.sql'), '\\set x 1');
    await writeFile(join(directory, '1.sql'), 'SELECT 11');
    const { migrator } = await migratorOn(db, directory, { policy: { outOfOrder: 'fail' } });
    const plan = await migrator.plan();
    expect(plan.migrations).toEqual([]);
    expect(plan.refusals.map(({ code, subject }) => `${subject} ${code}`)).toEqual([
      '3.sql OUT_OF_ORDER',
      '5.sql OUT_OF_ORDER',
      '3.sql META_COMMAND',
    ]);
    expect(plan.warnings.map(renderFinding)).toEqual([expect.stringContaining('1.sql was changed')]);
  });
});

describe('a validation', () => {
  test('passes when everything is applied, and returns what a run would warn about', async () => {
    const { migrator, directory } = await migratorOn(db, { '1.sql': 'SELECT 1' });
    await migrator.migrate();
    expect(await migrator.validate()).toEqual([]);
    await writeFile(join(directory, '1.sql'), 'SELECT 11');
    expect((await migrator.validate()).map(renderFinding)).toEqual([expect.stringContaining('1.sql was changed')]);
  });

  test('fails with everything that is pending or failed', async () => {
    const { migrator } = await everything();
    const before = await historyOf(db);
    const error = await failureOf(migrator.validate(), NotUpToDateError);
    expect(error).toMatchObject({ code: 'NOT_UP_TO_DATE', pending: ['3.sql', '5.sql'], failed: ['2.sql', '6.sql'] });
    expect(error.message).toContain(
      [
        `(history in ${db.name}/shared.schema_migrations):`,
        '  - 2.sql is failed',
        '  - 3.sql is out-of-order',
        '  - 5.sql is out-of-order',
        '  - 6.sql is running',
        '',
      ].join('\n'),
    );
    expect(await historyOf(db)).toEqual(before);
  });

  test('fails for what a run would refuse', async () => {
    const { migrator, directory } = await migratorOn(db, { '1.sql': 'SELECT 1' });
    await migrator.migrate();
    await writeFile(join(directory, '1.sql'), 'SELECT 11');
    const strict = await migratorOn(db, directory, { policy: DRIFT_FAILS });
    expect((await failureOf(strict.migrator.validate(), RefusedError)).refusals).toHaveLength(1);
  });

  test('fails on a database without any history', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1' });
    expect((await failureOf(migrator.validate(), NotUpToDateError)).pending).toEqual(['1.sql']);
    const empty = await migratorOn(db, {});
    await empty.migrator.validate();
  });
});

test('a directory that cannot be read is said to be so by every reader', async () => {
  const { migrator } = await migratorOn(db, '/no/such/directory');
  const reads = [
    () => migrator.status(),
    () => migrator.plan(),
    () => migrator.drift(),
    () => migrator.health(),
    () => migrator.validate(),
    () => migrator.migrate(),
  ];
  for (const read of reads) expect((await failureOf(read(), DirectoryError)).problems).toHaveLength(1);
});
