import { describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, RefusedError, UnknownMigrationError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { until } from '../../support/jest/until.js';

const db = useEmptyDatabase('limits');
const FILES = {
  '001_a.sql': 'CREATE TABLE a ();',
  '002_b.sql': 'CREATE TABLE b ();',
  '003_c.sql': '-- no-transaction\nCREATE TABLE c ();',
  '004_d.sql': 'CREATE TABLE d ();',
};

describe('a run with a limit', () => {
  test.each(['002_b.sql', '002', '2'])('applies everything up to and including %s', async (to) => {
    const { migrator, events } = await migratorOn(db, FILES);
    const left = ['003_c.sql', '004_d.sql'];
    expect(await migrator.migrate({ to })).toMatchObject({ applied: ['001_a.sql', '002_b.sql'], left });
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', left });
    expect(await outcomes(db)).toEqual({ '001_a.sql': 'applied', '002_b.sql': 'applied' });
    const rest = await migrator.migrate();
    expect(rest.applied).toEqual(left);
    expect(rest).not.toHaveProperty('left');
  });

  test('applies the next few migrations at each call', async () => {
    const { migrator } = await migratorOn(db, FILES);
    expect((await migrator.migrate({ step: 3 })).applied).toEqual(['001_a.sql', '002_b.sql', '003_c.sql']);
    expect(await migrator.migrate({ step: 3 })).toMatchObject({ applied: ['004_d.sql'], left: [] });
    expect(await migrator.migrate({ step: 3 })).toMatchObject({ applied: [], left: [] });
  });

  test('also applies with one transaction for all, and without a history', async () => {
    const files = { '1.sql': 'CREATE TABLE a ();', '2.sql': 'CREATE TABLE b ();', '3.sql': 'CREATE TABLE c ();' };
    const all = await migratorOn(db, files, { transaction: 'all' });
    expect((await all.migrator.migrate({ step: 1 })).applied).toEqual(['1.sql']);
    const untracked = await migratorOn(db, { '1.sql': 'SELECT 1', '2.sql': 'SELECT 2' }, { tracking: false });
    expect((await untracked.migrator.migrate({ to: '1.sql' })).applied).toEqual(['1.sql']);
  });

  test('rejects a migration that does not exist or is already applied, and runs nothing', async () => {
    const { migrator, events } = await migratorOn(db, FILES);
    const unknown = await failureOf(migrator.migrate({ to: '02_b.sql' }), UnknownMigrationError);
    expect(unknown.message).toBe('No migration has the version or name 02_b.sql. [UNKNOWN_MIGRATION]');
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-failed']);
    expect((await db.query(`SELECT to_regnamespace('shared') AS shared`)).rows).toEqual([{ shared: null }]);
    await migrator.migrate({ to: '003' });
    const applied = await failureOf(migrator.migrate({ to: '002' }), UnknownMigrationError);
    expect(applied.message).toContain('002_b.sql is already applied');
    expect(Object.keys(await outcomes(db))).toEqual(['001_a.sql', '002_b.sql', '003_c.sql']);
  });

  test('rejects an invalid limit before it connects', async () => {
    const { migrator, events } = await migratorOn(db, FILES);
    const { problems } = await failureOf(migrator.migrate({ to: '002', step: 0 }), ConfigurationError);
    expect(problems).toHaveLength(2);
    expect(events).toEqual([]);
  });

  test('applies out-of-order migrations within the limit, and warns of none beyond it', async () => {
    const { '002_b.sql': b, '003_c.sql': c, ...others } = FILES;
    const observed = await migratorOn(db, others);
    const { migrator, directory } = observed;
    await migrator.migrate();
    await writeFile(join(directory, '002_b.sql'), b);
    await writeFile(join(directory, '003_c.sql'), c);
    expect(await migrator.migrate({ to: '002' })).toMatchObject({ applied: ['002_b.sql'], left: ['003_c.sql'] });
    expect(observed.warnings()).toEqual([expect.stringMatching(/^002_b\.sql runs out of order/)]);
    const strict = await migratorOn(db, directory, { policy: { outOfOrder: 'fail' } });
    const { refusals } = await failureOf(strict.migrator.migrate({ step: 1 }), RefusedError);
    expect(refusals).toMatchObject([{ code: 'OUT_OF_ORDER', subject: '003_c.sql' }]);
  });

  test('counts what another process applies while it waits', async () => {
    const files = { '1.sql': 'SELECT pg_sleep(1)', '2.sql': 'SELECT 2', '3.sql': 'SELECT 3' };
    const first = await migratorOn(db, files);
    const second = await migratorOn(db, first.directory);
    const running = first.migrator.migrate({ step: 1 });
    await until(() => first.events.some(({ type }) => type === 'migration-started'));
    const run = await second.migrator.migrate({ step: 2 });
    expect((await running).applied).toEqual(['1.sql']);
    expect(run).toMatchObject({ applied: ['2.sql'], appliedByOthers: ['1.sql'], left: ['3.sql'] });
  });

  test('is refused because of an unusable file beyond it', async () => {
    const { migrator, directory } = await migratorOn(db, { ...FILES, 'nameless.sql': '' });
    expect((await failureOf(migrator.migrate({ step: 1 }), RefusedError)).refusals).toMatchObject([
      { code: 'UNUSABLE_FILE' },
    ]);
    await rm(join(directory, 'nameless.sql'));
    expect((await migrator.migrate({ step: 1 })).applied).toEqual(['001_a.sql']);
  });
});
