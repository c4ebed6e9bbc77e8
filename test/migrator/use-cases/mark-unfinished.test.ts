import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError, RefusedError, type Migrator } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, type RecordedRow } from '../../support/migrator/history-of.js';
import { migrateUntilKilled } from '../../support/programs/killed.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';

const db = useEmptyDatabase('mark_unfinished');
afterEach(() => expectNoLeftovers(db));

/** What a migration that was recorded without being run has nothing to say about. */
const OF_A_RUN = {
  error_message: null,
  running: false,
  execution_time_ms: null,
  started_at: null,
  steps_done: null,
  steps_total: null,
  done_checksum: null,
  next_statement: null,
  next_checksum: null,
  notices: null,
};

const rowOf = async (): Promise<RecordedRow | undefined> => (await historyOf(db))[0];

const RECORDING: [name: string, origin: string, record: (migrator: Migrator) => Promise<string[]>][] = [
  ['mark', 'mark', (migrator) => migrator.mark('1.sql')],
  ['baseline', 'baseline', (migrator) => migrator.baseline('1')],
];

describe.each(RECORDING)('%s of a non-transactional migration that did not finish', (_name, origin, record) => {
  test('leaves nothing of the attempt in its row', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': `-- no-transaction\nCREATE TABLE one ();\nDO $$ BEGIN RAISE NOTICE 'said'; END $$;\nSELECT 1/0;\nVACUUM one;`,
    });
    await failureOf(migrator.migrate(), MigrationFailedError);
    const failed = await rowOf();
    expect(failed).toMatchObject({
      error_message: 'division by zero (SQLSTATE 22012)',
      steps_done: 2,
      steps_total: 4,
      done_checksum: expect.any(String),
      started_at: expect.any(Date),
      notices: [expect.objectContaining({ message: 'said' })],
    });
    expect(await record(migrator)).toEqual(['1.sql']);
    const recorded = await rowOf();
    expect(recorded).toMatchObject({ ...OF_A_RUN, origin, checksum: failed?.checksum, invalid_indexes: null });
    expect(recorded?.run_id).not.toBe(failed?.run_id);
    expect(await migrator.history()).toMatchObject([
      { state: 'applied', progress: null, notices: [], startedAt: null, durationMs: null, error: null },
    ]);
    expect((await migrator.migrate()).applied).toEqual([]);
  });

  test('is refused while a step is in doubt, and leaves nothing of one that was resolved', async () => {
    await db.query('CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$');
    const directory = await migrationsDirectory({ '1.sql': '-- no-transaction\nSELECT 1;\nCALL commits();' });
    await migrateUntilKilled(db, directory, (text) => (text.startsWith('CALL') ? 'before' : undefined));
    expect(await rowOf()).toMatchObject({ running: true, steps_done: 1, next_statement: 'CALL commits()' });
    const { migrator } = await migratorOn(db, directory);
    const before = await historyOf(db);
    const { refusals } = await failureOf(record(migrator), RefusedError);
    expect(refusals).toMatchObject([{ code: 'STEP_IN_DOUBT', subject: '1.sql', detail: 'CALL commits()' }]);
    expect(await historyOf(db)).toEqual(before);
    await migrator.resolve('1.sql', 'again');
    await record(migrator);
    expect(await rowOf()).toMatchObject({ ...OF_A_RUN, origin });
    expect((await migrator.migrate()).applied).toEqual([]);
  });

  test('keeps the invalid index that it left, until it is gone', async () => {
    await db.query('CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)');
    const { migrator } = await migratorOn(db, { '1.sql': 'CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)' });
    await failureOf(migrator.migrate(), MigrationFailedError);
    await record(migrator);
    expect(await rowOf()).toMatchObject({ ...OF_A_RUN, origin, invalid_indexes: ['public.u'] });
    expect(await migrator.drift()).toMatchObject([{ code: 'INVALID_INDEX', subject: 'Index public.u' }]);
    await db.query('DROP INDEX u');
    expect(await migrator.drift()).toEqual([]);
  });
});
