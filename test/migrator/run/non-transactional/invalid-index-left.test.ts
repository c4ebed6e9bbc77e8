import { afterEach, describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterruptedError, MigrationFailedError, RefusedError } from '../../../../src/migrator.js';
import { withClient } from '../../../support/database/database.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { warned } from '../../../support/migrator/findings-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn, type ObservedMigrator } from '../../../support/migrator/migrator-on.js';
import { until } from '../../../support/jest/until.js';
import { checksum } from '../../../../src/core/migration/checksum.js';
import {
  BUILD,
  driftBesidesFailures,
  expectFoundUntilDropped,
  failedBuild,
  FILE,
  FOUND,
  indexOn,
  rewrite,
} from './invalid-index.js';

const db = useEmptyDatabase('left_invalid');
afterEach(() => expectNoLeftovers(db));

/** The process died during the build, and recorded nothing about it. */
async function diedInBuild(): Promise<ObservedMigrator> {
  const observed = await failedBuild(db);
  await db.query(
    `UPDATE shared.schema_migrations SET running = true, error_message = 'running', invalid_indexes = NULL`,
  );
  return observed;
}

/** `1.sql` was interrupted while it built the index. */
async function interruptedBuild(): Promise<ObservedMigrator> {
  await db.query('CREATE TABLE t (a int)');
  const observed = await migratorOn(db, { '1.sql': FILE });
  const controller = new AbortController();
  await withClient(db.connectionString, async (writer) => {
    await writer.query('BEGIN; INSERT INTO t VALUES (1)'); // the build waits for it
    const run = failureOf(observed.migrator.migrate({ signal: controller.signal }), InterruptedError);
    await until(async () => (await indexOn(db)) === 'invalid');
    controller.abort('SIGTERM');
    expect(await run).toMatchObject({ outcome: 'cancelled' });
    await writer.query('ROLLBACK');
  });
  return observed;
}

describe('an index is found although nothing failed', () => {
  const WITHOUT = FILE.replace(BUILD, '');

  test('when the build was interrupted', async () => {
    const observed = await interruptedBuild();
    expect(await driftBesidesFailures(observed.migrator)).toEqual([FOUND]);
    await rewrite(observed, WITHOUT);
    expect((await observed.migrator.migrate()).applied).toEqual(['1.sql']);
    expect(warned(observed, 'INVALID_INDEX')).toEqual([FOUND]);
    await expectFoundUntilDropped(db, observed);
  });

  test.each([
    ['the statement was deleted', WITHOUT],
    ['the statement builds another index', FILE.replace(BUILD, 'CREATE INDEX CONCURRENTLY other ON t (a);')],
  ])('when the process died in the build, and %s', async (_what, text) => {
    const observed = await diedInBuild();
    await rewrite(observed, text);
    expect((await observed.migrator.migrate()).applied).toEqual(['1.sql']);
    expect(warned(observed, 'INVALID_INDEX')).toEqual([FOUND]);
    await expectFoundUntilDropped(db, observed);
  });

  test('when the process died in the build, and the migration is started over without it', async () => {
    const observed = await diedInBuild();
    await observed.migrator.repair({ restart: '1.sql' });
    await db.query('DROP TABLE one');
    await rewrite(observed, WITHOUT);
    expect((await observed.migrator.migrate()).applied).toEqual(['1.sql']);
    await expectFoundUntilDropped(db, observed);
  });

  test('when the process died in the build, the file was deleted, and the step is resolved', async () => {
    const observed = await diedInBuild();
    await rm(join(observed.directory, '1.sql'));
    await observed.migrator.resolve('1.sql', 'again');
    const { refusals } = await failureOf(observed.migrator.unmark('1.sql'), RefusedError);
    expect(refusals).toEqual([FOUND]);
    await expectFoundUntilDropped(db, observed);
  });

  test('when another build fails after that: both are found', async () => {
    const observed = await failedBuild(db);
    await rewrite(observed, FILE.replace(BUILD, BUILD.replace(' u ', ' v ')));
    await failureOf(observed.migrator.migrate(), MigrationFailedError);
    expect((await driftBesidesFailures(observed.migrator)).map(({ actual }) => actual)).toEqual([
      'public.u',
      'public.v',
    ]);
  });

  test('when the migration was restarted, renamed, made transactional, and fails', async () => {
    const observed = await failedBuild(db);
    await observed.migrator.repair({ restart: '1.sql' });
    await rm(join(observed.directory, '1.sql'));
    await db.query(`UPDATE shared.schema_migrations SET checksum = '${checksum('SELECT 1/0;')}'`);
    await writeFile(join(observed.directory, '2.sql'), 'SELECT 1/0;');
    await failureOf(observed.migrator.migrate(), MigrationFailedError);
    expect(await driftBesidesFailures(observed.migrator)).toEqual([{ ...FOUND, detail: '2.sql' }]);
  });
});
