import { afterEach, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { warned } from '../../../support/migrator/findings-of.js';
import { historyOf, outcomes, relations } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { DRIFT_FAILS } from '../../../support/migrator/policies.js';
import { migratorOn, type ObservedMigrator } from '../../../support/migrator/migrator-on.js';
import { ranOn, states } from '../adding.js';

const db = useEmptyDatabase('empty_file');
afterEach(() => expectNoLeftovers(db));

const CREATE = 'CREATE TABLE ran (n serial, file text)';
const INSERT = `INSERT INTO ran (file) VALUES ('3_c.sql');`;

const write = ({ directory }: ObservedMigrator, text: string): Promise<void> =>
  writeFile(join(directory, '3_c.sql'), text);

/** `3_c.sql` was applied when it held no statement yet. */
async function appliedEmpty(text = '', options = {}): Promise<ObservedMigrator> {
  const observed = await migratorOn(db, { '1_a.sql': CREATE, '3_c.sql': text }, options);
  expect((await observed.migrator.migrate()).applied).toEqual(['1_a.sql', '3_c.sql']);
  expect(await states(observed)).toEqual(['1_a.sql applied', '3_c.sql applied']);
  return observed;
}

describe('a file that was applied when it was empty', () => {
  test.each([
    ['', INSERT],
    ['\n\n', INSERT],
    ['-- to be written\n/* soon */', `-- to be written\n/* soon */\n${INSERT}`],
    ['', `-- no-transaction\n${INSERT}\nVACUUM ran;`],
    ['', `BEGIN;\n${INSERT}\nCOMMIT;`],
  ])('%j is pending again when it has SQL: %j, and that runs, once', async (before, after) => {
    const observed = await appliedEmpty(before);
    const { migrator } = observed;
    const [, empty] = await historyOf(db);
    await write(observed, after);
    expect(await states(observed)).toEqual(['1_a.sql applied', '3_c.sql pending']);
    expect((await migrator.pending()).map(({ file }) => file)).toEqual(['3_c.sql']);
    expect(await migrator.health()).toMatchObject({ up: false, blocking: [{ file: '3_c.sql', state: 'pending' }] });
    expect(await migrator.drift()).toEqual([]);

    expect((await migrator.migrate()).applied).toEqual(['3_c.sql']);
    expect(warned(observed)).toEqual([]);
    expect(await ranOn(db)).toEqual(['3_c.sql']);
    expect((await migrator.migrate()).applied).toEqual([]);
    const [, row] = await historyOf(db);
    expect(row).toMatchObject({ migration_file: '3_c.sql', error_message: null, origin: 'migrate' });
    expect(row?.checksum).not.toBe(empty?.checksum);
    expect(await migrator.drift()).toEqual([]);
  });

  test('stays applied when only comments are written into it', async () => {
    const observed = await appliedEmpty('');
    await write(observed, '-- nothing to do here after all\n');
    expect(await states(observed)).toEqual(['1_a.sql applied', '3_c.sql cosmetic']);
    expect((await observed.migrator.migrate()).applied).toEqual([]);
    expect(await observed.migrator.pending()).toEqual([]);
    expect(await observed.migrator.health()).toMatchObject({ up: true });
    await observed.migrator.repair();
    expect(await states(observed)).toEqual(['1_a.sql applied', '3_c.sql applied']);
    // It still is a file of which nothing ever ran.
    await write(observed, INSERT);
    expect((await observed.migrator.migrate()).applied).toEqual(['3_c.sql']);
    expect(await ranOn(db)).toEqual(['3_c.sql']);
  });

  test('is pending although drift is refused: nothing that was applied has changed', async () => {
    const observed = await appliedEmpty('', { policy: DRIFT_FAILS });
    await write(observed, INSERT);
    expect((await observed.migrator.migrate()).applied).toEqual(['3_c.sql']);
  });

  test('is out of order when newer files have been applied, as any other would be', async () => {
    const observed = await appliedEmpty('');
    await writeFile(join(observed.directory, '4_d.sql'), 'SELECT 4');
    await observed.migrator.migrate();
    await write(observed, INSERT);
    expect(await states(observed)).toEqual(['1_a.sql applied', '3_c.sql out-of-order', '4_d.sql applied']);
    expect((await observed.migrator.migrate()).applied).toEqual(['3_c.sql']);
    expect(warned(observed)).toMatchObject([{ code: 'RUNS_OUT_OF_ORDER', subject: '3_c.sql' }]);
  });

  test('fails like any other with its SQL, and is tried again', async () => {
    const observed = await appliedEmpty('');
    await write(observed, 'SELECT 1/0');
    for (let run = 1; run <= 2; run++) {
      await failureOf(observed.migrator.migrate(), MigrationFailedError);
      expect(await states(observed)).toEqual(['1_a.sql applied', '3_c.sql failed']);
      expect(await outcomes(db)).toMatchObject({ '3_c.sql': 'division by zero (SQLSTATE 22012)' });
    }
    await write(observed, INSERT);
    expect((await observed.migrator.migrate()).applied).toEqual(['3_c.sql']);
    expect(await ranOn(db)).toEqual(['3_c.sql']);
  });
});

describe('a file that was applied when it was empty and has SQL now', () => {
  test.each([
    ['mark', 'mark', (observed: ObservedMigrator) => observed.migrator.mark('3_c.sql')],
    ['baseline', 'baseline', (observed: ObservedMigrator) => observed.migrator.baseline('3_c.sql')],
  ])('is recorded by %s, and its SQL does not run', async (_how, origin, recordIt) => {
    const observed = await appliedEmpty('');
    await write(observed, INSERT);
    expect(await recordIt(observed)).toEqual(['3_c.sql']);
    expect(await states(observed)).toEqual(['1_a.sql applied', '3_c.sql applied']);
    expect(await historyOf(db)).toMatchObject([{ origin: 'migrate' }, { origin }]);
    expect((await observed.migrator.migrate()).applied).toEqual([]);
    expect(await ranOn(db)).toEqual([]);
  });

  test('is recorded by an import', async () => {
    const observed = await appliedEmpty('');
    await write(observed, INSERT);
    await db.query(
      'CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES (3)',
    );
    expect(await observed.migrator.importFrom('dbmate')).toMatchObject({ recorded: ['3_c.sql'] });
    expect(await states(observed)).toEqual(['1_a.sql applied', '3_c.sql applied']);
  });
});

describe('a file that was recorded when it was empty, without being run', () => {
  test.each([
    ['mark', (observed: ObservedMigrator) => observed.migrator.mark('3_c.sql')],
    ['baseline', (observed: ObservedMigrator) => observed.migrator.baseline('3_c.sql')],
  ])('with %s stays applied, and its SQL is a change', async (_how, recordIt) => {
    const observed = await migratorOn(db, { '3_c.sql': '' }, { catalog: false });
    await recordIt(observed);
    await write(observed, 'CREATE TABLE never ()');
    expect(await states(observed)).toEqual(['3_c.sql changed']);
    expect((await observed.migrator.migrate()).applied).toEqual([]);
    expect(await relations(db)).toEqual([]);
    expect(await observed.migrator.drift()).toMatchObject([{ code: 'CHANGED', subject: '3_c.sql' }]);
  });
});

test('two runners that both find it with SQL run it once', async () => {
  const observed = await appliedEmpty('');
  await write(observed, INSERT);
  const other = await migratorOn(db, observed.directory);
  const runs = await Promise.all([observed, other].map(({ migrator }) => migrator.migrate()));
  expect(runs.flatMap(({ applied }) => applied)).toEqual(['3_c.sql']);
  expect(await ranOn(db)).toEqual(['3_c.sql']);
});
