import { afterEach, describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError, RefusedError, UnknownMigrationError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('unmark');
afterEach(() => expectNoLeftovers(db));

describe('unmark', () => {
  test('removes the row of an applied migration, which is pending afterwards, and runs nothing', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1', '2.sql': 'CREATE TABLE two ()' });
    await migrator.mark('2.sql');
    expect(await migrator.unmark('2.sql')).toEqual(['2.sql']);
    expect(await historyOf(db)).toEqual([]);
    expect(await relations(db)).toEqual([]);
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
  });

  test('forgets a migration whose file was deleted on purpose', async () => {
    const { migrator, directory } = await migratorOn(db, { '1.sql': 'SELECT 1', '2.sql': 'SELECT 2' });
    await migrator.migrate();
    await rm(join(directory, '1.sql'));
    expect((await migrator.drift()).map(({ code }) => code)).toEqual(['MISSING']);
    await migrator.unmark('1.sql');
    expect(await migrator.drift()).toEqual([]);
    expect(await outcomes(db)).toEqual({ '2.sql': 'applied' });
  });

  test('forgets a migration that failed and whose file is gone', async () => {
    const { migrator, directory } = await migratorOn(db, { '1.sql': 'SELECT 1/0', '2.sql': 'SELECT 2' });
    await failureOf(migrator.migrate(), MigrationFailedError);
    await rm(join(directory, '1.sql'));
    expect((await migrator.drift()).map(({ code, subject }) => `${subject} ${code}`)).toEqual(['1.sql ORPHANED']);
    await migrator.unmark('1.sql');
    expect(await migrator.drift()).toEqual([]);
    expect(await outcomes(db)).toEqual({});
  });

  test('is refused while an index that the migration left invalid is still there', async () => {
    await db.query('CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)');
    const { migrator } = await migratorOn(db, { '1.sql': 'CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)' });
    await failureOf(migrator.migrate(), MigrationFailedError);
    const before = await historyOf(db);
    const error = await failureOf(migrator.unmark('1.sql'), RefusedError);
    expect(error.refusals).toMatchObject([{ code: 'INVALID_INDEX', actual: 'public.u' }]);
    expect(error.message).toContain('DROP INDEX CONCURRENTLY public.u;');
    expect(await historyOf(db)).toEqual(before);
    await db.query('DROP INDEX u');
    expect(await migrator.unmark('1.sql')).toEqual(['1.sql']);
    expect(await historyOf(db)).toEqual([]);
  });

  test('of a name that is not in the history is refused, and makes no table', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1' });
    const error = await failureOf(migrator.unmark('1.sql'), UnknownMigrationError);
    expect(error.message).toBe('There is no row 1.sql in shared.schema_migrations. [UNKNOWN_MIGRATION]');
    expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
  });
});
