import { afterEach, describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError, RefusedError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { warned } from '../../../support/migrator/findings-of.js';
import { outcomes } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { states } from '../adding.js';
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

const db = useEmptyDatabase('invalid_index');
afterEach(() => expectNoLeftovers(db));

describe('a concurrent index build that failed', () => {
  test('names the index that it left invalid, what becomes of it, and how to drop it', async () => {
    const { error } = await failedBuild(db);
    expect(error.failure).toMatchObject({
      location: { line: 3 },
      server: { sqlstate: '23505' },
      invalidIndexes: ['public.u'],
    });
    expect(error.message).toMatch(/index public\.u is left behind invalid/i);
    expect(error.message).toMatch(/next attempt drops it and builds it again/);
    expect(error.message).toContain('DROP INDEX CONCURRENTLY public.u;');
  });

  test('quotes a name where it must', async () => {
    await db.query('CREATE SCHEMA "S s"; CREATE TABLE "S s".t (a int); INSERT INTO "S s".t VALUES (1), (1)');
    const { migrator } = await migratorOn(db, { '1.sql': 'CREATE UNIQUE INDEX CONCURRENTLY "U" ON "S s".t (a)' });
    const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(failure.invalidIndexes).toEqual(['"S s"."U"']);
    expect(await driftBesidesFailures(migrator)).toMatchObject([{ code: 'INVALID_INDEX', actual: '"S s"."U"' }]);
    await db.query('DROP INDEX "S s"."U"');
    expect(await driftBesidesFailures(migrator)).toEqual([]);
  });
});

describe('an index that a failed build left invalid is a finding', () => {
  test('until it is dropped', async () => {
    await expectFoundUntilDropped(db, await failedBuild(db));
  });

  test('until somebody makes it valid', async () => {
    const { migrator } = await failedBuild(db);
    await db.query('DELETE FROM t');
    await db.query('REINDEX INDEX CONCURRENTLY u');
    expect(await driftBesidesFailures(migrator)).toEqual([]);
  });

  test('until the next attempt has dropped it and built it again', async () => {
    const observed = await failedBuild(db);
    await failureOf(observed.migrator.migrate(), MigrationFailedError);
    expect(await driftBesidesFailures(observed.migrator)).toEqual([FOUND]);
    await db.query('DELETE FROM t');
    expect((await observed.migrator.migrate()).applied).toEqual(['1.sql']);
    expect(await indexOn(db)).toBe('valid');
    expect(warned(observed, 'INVALID_INDEX_DROPPED')).toMatchObject([
      { subject: 'Index public.u' },
      { subject: 'Index public.u' },
    ]);
    expect(await driftBesidesFailures(observed.migrator)).toEqual([]);
  });

  test.each([
    ['the statement was deleted', FILE.replace(BUILD, '')],
    ['the statement builds another index', FILE.replace(BUILD, 'CREATE INDEX CONCURRENTLY other ON t (a);')],
  ])('when %s: the migration ends well, and says that the index is there', async (_what, text) => {
    const observed = await failedBuild(db);
    await rewrite(observed, text);
    expect((await observed.migrator.migrate()).applied).toEqual(['1.sql']);
    expect(warned(observed, 'INVALID_INDEX')).toEqual([FOUND]);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
    await expectFoundUntilDropped(db, observed);
  });

  test('when the file was deleted', async () => {
    const observed = await failedBuild(db);
    await rm(join(observed.directory, '1.sql'));
    await writeFile(join(observed.directory, '2.sql'), 'SELECT 2');
    await observed.migrator.migrate();
    expect(warned(observed).map(({ code }) => code)).toEqual(['ORPHANED', 'INVALID_INDEX']);
    expect((await driftBesidesFailures(observed.migrator)).map(({ code }) => code)).toEqual([
      'ORPHANED',
      'INVALID_INDEX',
    ]);
    await expectFoundUntilDropped(db, observed);
  });

  test('when the file was renamed and the statement deleted', async () => {
    const observed = await failedBuild(db);
    await rm(join(observed.directory, '1.sql'));
    await writeFile(join(observed.directory, '2.sql'), FILE.replace(BUILD, ''));
    await observed.migrator.migrate();
    expect(await outcomes(db)).toEqual({ '2.sql': 'applied' });
    expect(await driftBesidesFailures(observed.migrator)).toEqual([{ ...FOUND, detail: '2.sql' }]);
  });

  test('when the migration was restarted, and no longer builds it', async () => {
    const observed = await failedBuild(db);
    await observed.migrator.repair({ restart: '1.sql' });
    await rewrite(observed, '-- no-transaction\nSELECT 1;');
    expect((await observed.migrator.migrate()).applied).toEqual(['1.sql']);
    await expectFoundUntilDropped(db, observed);
  });

  test('when the migration became transactional, whether it fails or not', async () => {
    const observed = await failedBuild(db);
    await observed.migrator.repair({ restart: '1.sql' });
    await rewrite(observed, 'SELECT 1/0;');
    await failureOf(observed.migrator.migrate(), MigrationFailedError);
    expect(await driftBesidesFailures(observed.migrator)).toEqual([FOUND]);
    await rewrite(observed, 'SELECT 1;');
    await observed.migrator.migrate();
    await expectFoundUntilDropped(db, observed);
  });

  test('when the migration was recorded with mark(), which runs nothing', async () => {
    const observed = await failedBuild(db);
    await observed.migrator.mark('1.sql');
    expect(await states(observed)).toEqual(['1.sql applied']);
    await expectFoundUntilDropped(db, observed);
  });
});

describe('unmark of a migration that left an index invalid', () => {
  test.each(['failed', 'marked', 'without its file'])('is refused while the index is there: %s', async (how) => {
    const { migrator, directory } = await failedBuild(db);
    if (how === 'marked') await migrator.mark('1.sql');
    if (how === 'without its file') await rm(join(directory, '1.sql'));
    const { refusals } = await failureOf(migrator.unmark('1.sql'), RefusedError);
    expect(refusals).toEqual([FOUND]);
    expect(Object.keys(await outcomes(db))).toEqual(['1.sql']);
    await db.query('DROP INDEX u');
    expect(await migrator.unmark('1.sql')).toEqual(['1.sql']);
    expect(await outcomes(db)).toEqual({});
  });
});
