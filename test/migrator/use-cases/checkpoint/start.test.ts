import { describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError, RefusedError } from '../../../../src/migrator.js';
import { checkpointOf } from '../../../support/migrator/checkpoint-of.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { migrateUntilKilled } from '../../../support/programs/killed.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../../support/files/temp-directory.js';
import { writeFiles } from '../../../support/files/write-files.js';

const db = useEmptyDatabase('checkpoint_start');

const OLD = {
  '001_a.sql': 'CREATE TABLE a (id int); INSERT INTO a VALUES (1); -- the file itself',
  '002_b.sql': 'CREATE TABLE b (id int); INSERT INTO a VALUES (2);',
};
const BODY = 'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nCOPY a (id) FROM stdin;\n10\n20\n\\.\n';
const CHECKPOINT = { '002_checkpoint.sql': checkpointOf(OLD, BODY) };
const NEW = { '003_c.sql': 'INSERT INTO a VALUES (3);' };
const ALL = { ...OLD, ...CHECKPOINT, ...NEW };

const idsOfA = async (): Promise<number[]> =>
  (await db.query<{ id: number }>('SELECT id FROM a ORDER BY id')).rows.map(({ id }) => id);
const origins = async (): Promise<Record<string, string | null>> => {
  const { rows } = await db.query<{ migration_file: string; origin: string | null }>(
    'SELECT migration_file, origin FROM shared.schema_migrations ORDER BY migration_file COLLATE "C"',
  );
  return Object.fromEntries(rows.map(({ migration_file, origin }) => [migration_file, origin]));
};
const STARTED = {
  '001_a.sql': 'checkpoint',
  '002_b.sql': 'checkpoint',
  '002_checkpoint.sql': 'checkpoint',
  '003_c.sql': 'migrate',
};

describe('a new database', () => {
  test('starts at the checkpoint, and records the files that it covers in the same transaction', async () => {
    const { migrator, warnings } = await migratorOn(db, ALL);
    expect((await migrator.pending()).map(({ file }) => file)).toEqual(['002_checkpoint.sql', '003_c.sql']);
    expect((await migrator.plan()).migrations.map(({ file, mode }) => [file, mode])).toEqual([
      ['002_checkpoint.sql', 'transactional'],
      ['003_c.sql', 'transactional'],
    ]);
    expect((await migrator.health()).summary).toMatchObject({ pending: 2, applied: 0 });
    expect((await migrator.rehearse()).migrations).toHaveLength(2);
    expect((await migrator.migrate()).applied).toEqual(['002_checkpoint.sql', '003_c.sql']);
    expect(await idsOfA()).toEqual([3, 10, 20]);
    expect(await origins()).toEqual(STARTED);
    expect(await migrator.status()).toMatchObject({ summary: { total: 4, applied: 4, pending: 0 } });
    expect(await migrator.drift()).toEqual([]);
    expect(await migrator.audit()).toMatchObject([{ action: 'migrate', files: ['002_checkpoint.sql', '003_c.sql'] }]);
    const [covered] = await migrator.history();
    expect(covered).toMatchObject({ file: '001_a.sql', origin: 'checkpoint', durationMs: null, startedAt: null });
    expect((await migrator.migrate()).applied).toEqual([]);
    expect((await migrator.health()).up).toBe(true);
    expect(warnings()).toEqual([]);
  });

  test('goes on as any other once the old files, and even the checkpoint, are deleted', async () => {
    const { migrator, directory } = await migratorOn(db, ALL);
    await migrator.migrate();
    for (const file of Object.keys(OLD)) await rm(join(directory, file));
    await writeFiles(directory, { '004_d.sql': 'INSERT INTO a VALUES (4);' });
    expect(await migrator.drift()).toEqual([]);
    expect((await migrator.migrate()).applied).toEqual(['004_d.sql']);
    const next = checkpointOf({ ...OLD, ...NEW }, BODY, ['002_checkpoint.sql']);
    await rm(join(directory, '002_checkpoint.sql'));
    await rm(join(directory, '003_c.sql'));
    await writeFiles(directory, { '003_checkpoint.sql': next });
    expect(await migrator.drift()).toEqual([]);
    expect((await migrator.status()).migrations.map(({ file, state }) => [file, state])).toEqual([
      ['004_d.sql', 'applied'],
    ]);
  });

  test('does not miss the checkpoint once it is deleted', async () => {
    const { migrator, directory } = await migratorOn(db, ALL);
    await migrator.migrate();
    await rm(join(directory, '002_checkpoint.sql'));
    expect(await migrator.drift()).toEqual([]);
    expect((await migrator.status()).summary).toMatchObject({ applied: 3, missing: 0 });
  });

  test('is refused within a limit that is before the end of the checkpoint, if files are gone', async () => {
    const { migrator } = await migratorOn(db, { '002_b.sql': OLD['002_b.sql'], ...CHECKPOINT, ...NEW });
    expect((await migrator.plan({ to: '002' })).migrations.map(({ file }) => file)).toEqual(['002_checkpoint.sql']);
    const next = checkpointOf({ ...OLD, ...NEW }, BODY);
    const later = await migratorOn(db, { '002_b.sql': OLD['002_b.sql'], ...NEW, '003_checkpoint.sql': next });
    const error = await failureOf(later.migrator.migrate({ to: '002' }), RefusedError);
    expect(error.refusals).toMatchObject([{ subject: '001_a.sql', reason: 'replaced-beyond-limit' }]);
    expect((await later.migrator.plan({ to: '002' })).refusals).toHaveLength(1);
  });

  test('notices that a covered file was edited afterwards', async () => {
    const { migrator, directory } = await migratorOn(db, ALL);
    await migrator.migrate();
    await writeFiles(directory, { '001_a.sql': OLD['001_a.sql'].replace('the file', 'this file') });
    await writeFiles(directory, { '002_b.sql': 'SELECT 1;' });
    expect((await migrator.drift()).map(({ code, subject }) => [code, subject])).toEqual([
      ['COSMETIC', '001_a.sql'],
      ['CHANGED', '002_b.sql'],
    ]);
  });

  test('does not start at a checkpoint that is out of date', async () => {
    const { migrator } = await migratorOn(db, { ...ALL, '002_a.sql': 'SELECT 1;' });
    const error = await failureOf(migrator.migrate(), RefusedError);
    expect(error.message).toContain(
      '002_checkpoint.sql cannot be used: it is a checkpoint, and 002_a.sql, which comes before its end, was added later. ' +
        'Give the new file a number after that of the checkpoint, or write the checkpoint again',
    );
    expect((await migrator.plan()).refusals).toMatchObject([{ code: 'UNUSABLE_FILE' }]);
    expect((await migrator.health()).up).toBe(false);
  });

  test('has nothing if the checkpoint fails, and starts there once it is corrected', async () => {
    const broken = checkpointOf(OLD, `${BODY}SELECT 1 / 0;`);
    const { migrator, directory } = await migratorOn(db, { ...ALL, '002_checkpoint.sql': broken });
    await failureOf(migrator.migrate(), MigrationFailedError);
    expect(await origins()).toEqual({ '002_checkpoint.sql': 'migrate' });
    expect((await db.query("SELECT to_regclass('a') AS a")).rows).toEqual([{ a: null }]);
    expect((await migrator.pending()).map(({ file, state }) => [file, state])).toEqual([
      ['002_checkpoint.sql', 'failed'],
      ['003_c.sql', 'pending'],
    ]);
    await writeFiles(directory, CHECKPOINT);
    await migrator.migrate();
    expect(await origins()).toEqual(STARTED);
  });

  test('starts there although a file that it covers has failed before', async () => {
    const { migrator, directory } = await migratorOn(db, { '001_a.sql': 'SELECT 1 / 0;' });
    await failureOf(migrator.migrate(), MigrationFailedError);
    await writeFiles(directory, ALL);
    await migrator.migrate();
    expect(await origins()).toEqual(STARTED);
  });

  test('refuses a checkpoint that cannot run in one transaction', async () => {
    const steps = checkpointOf(OLD, `${BODY}CREATE INDEX CONCURRENTLY i ON a (id);`);
    const { migrator } = await migratorOn(db, { '002_checkpoint.sql': steps });
    const error = await failureOf(migrator.migrate(), RefusedError);
    expect(error.message).toContain('it is a checkpoint and cannot run in one transaction');
    expect((await migrator.plan()).refusals).toHaveLength(1);
  });

  test('runs the files up to a limit before the end of the checkpoint', async () => {
    const { migrator } = await migratorOn(db, ALL);
    expect((await migrator.migrate({ to: '001' })).applied).toEqual(['001_a.sql']);
    expect((await migrator.migrate()).applied).toEqual(['002_b.sql', '003_c.sql']);
  });

  test.each(['each', 'all'] as const)(
    'starts there with transaction: %s, and stops within a limit',
    async (transaction) => {
      const { migrator } = await migratorOn(db, ALL, { transaction });
      expect((await migrator.migrate({ step: 1 })).applied).toEqual(['002_checkpoint.sql']);
      expect(await migrator.migrate({ to: '003' })).toMatchObject({ applied: ['003_c.sql'], alreadyApplied: 3 });
      expect(await origins()).toEqual(STARTED);
    },
  );

  test('is applied once by replicas that start together', async () => {
    const replicas = await Promise.all(Array.from({ length: 4 }, () => migratorOn(db, ALL)));
    const runs = await Promise.all(replicas.map(({ migrator }) => migrator.migrate()));
    expect(runs.flatMap(({ applied }) => applied)).toEqual(['002_checkpoint.sql', '003_c.sql']);
    expect(await origins()).toEqual(STARTED);
  });

  test('has all of the checkpoint or nothing if its process is killed', async () => {
    const directory = await migrationsDirectory(ALL);
    const { at } = await migrateUntilKilled(db, directory, (text) =>
      text.includes('CREATE TABLE b') ? 'during' : undefined,
    );
    expect(at).toContain('CREATE TABLE b');
    const { migrator } = await migratorOn(db, directory);
    await migrator.migrate();
    expect(await idsOfA()).toEqual([3, 10, 20]);
    expect(await origins()).toEqual(STARTED);
  });
});

describe('a database that has already applied something', () => {
  test('runs the remaining files and never the checkpoint', async () => {
    const { migrator, directory } = await migratorOn(db, { '001_a.sql': OLD['001_a.sql'] });
    await migrator.migrate();
    await writeFiles(directory, ALL);
    expect((await migrator.plan()).migrations.map(({ file }) => file)).toEqual(['002_b.sql', '003_c.sql']);
    expect((await migrator.migrate()).applied).toEqual(['002_b.sql', '003_c.sql']);
    expect(await idsOfA()).toEqual([1, 2, 3]);
    expect(Object.keys(await origins())).toEqual(['001_a.sql', '002_b.sql', '003_c.sql']);
  });

  test('past it has nothing to do, and misses no file that it replaces', async () => {
    const { migrator, directory } = await migratorOn(db, { ...OLD, ...NEW });
    await migrator.migrate();
    await writeFiles(directory, CHECKPOINT);
    expect((await migrator.migrate()).applied).toEqual([]);
    for (const file of Object.keys(OLD)) await rm(join(directory, file));
    expect((await migrator.migrate()).applied).toEqual([]);
    expect(await migrator.drift()).toEqual([]);
    expect(await migrator.verify()).toMatchObject({ applied: ['002_checkpoint.sql', '003_c.sql'], findings: [] });
    expect((await migrator.health()).up).toBe(true);
  });

  test('is refused if a file that it needs was deleted', async () => {
    const { migrator, directory } = await migratorOn(db, { '001_a.sql': OLD['001_a.sql'] });
    await migrator.migrate();
    await writeFiles(directory, { ...CHECKPOINT, ...NEW });
    await rm(join(directory, '001_a.sql'));
    const error = await failureOf(migrator.migrate(), RefusedError);
    expect(error.refusals).toMatchObject([{ code: 'UNUSABLE_FILE', subject: '002_b.sql', reason: 'replaced-file' }]);
    const [notCompared] = (await migrator.verify()).findings;
    expect(notCompared).toMatchObject({ code: 'CATALOG_NOT_COMPARED', reason: 'within-checkpoint' });
    expect((await migrator.health()).blocking).toEqual([
      { file: '002_b.sql', state: 'unusable' },
      { file: '003_c.sql', state: 'pending' },
    ]);
  });

  test('can record the files of a database that was built otherwise', async () => {
    const { migrator } = await migratorOn(db, ALL);
    await db.query(BODY.slice(0, BODY.indexOf('COPY')));
    expect(await migrator.baseline('002')).toEqual(['001_a.sql', '002_b.sql']);
    expect((await migrator.migrate()).applied).toEqual(['003_c.sql']);
  });

  test.each(['002', '002_checkpoint.sql'])('can record files that are gone with baseline %s', async (version) => {
    const { migrator } = await migratorOn(db, { ...CHECKPOINT, ...NEW });
    await db.query(BODY.slice(0, BODY.indexOf('COPY')));
    expect(await migrator.baseline(version, { dryRun: true })).toEqual(['001_a.sql', '002_b.sql']);
    expect(await migrator.baseline(version)).toEqual(['001_a.sql', '002_b.sql']);
    expect(await migrator.baseline(version)).toEqual([]);
    expect((await migrator.migrate()).applied).toEqual(['003_c.sql']);
    expect(await origins()).toEqual({ '001_a.sql': 'baseline', '002_b.sql': 'baseline', '003_c.sql': 'migrate' });
    expect(await migrator.drift()).toEqual([]);
  });
});

test('without tracking, the files run every time and the checkpoint never', async () => {
  const files = { '001_a.sql': 'CREATE TABLE IF NOT EXISTS a (id int);' };
  const checkpoint = { '001_checkpoint.sql': checkpointOf(files, 'SELECT 1 / 0;') };
  const { migrator } = await migratorOn(db, { ...files, ...checkpoint }, { tracking: false });
  expect((await migrator.migrate()).applied).toEqual(['001_a.sql']);
  expect((await migrator.migrate()).applied).toEqual(['001_a.sql']);
});
