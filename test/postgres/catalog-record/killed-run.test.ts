import { afterEach, expect, test } from '@jest/globals';
import { useEmptyDatabase } from '../../support/empty-database.js';
import { driftOf } from '../../support/findings-of.js';
import { expectNoLeftovers } from '../../support/leftovers.js';
import { type KillAt, migrateUntilKilled } from '../../support/killed.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator-on.js';
import { writeFiles } from '../../support/write-files.js';

const db = useEmptyDatabase('killed_run');
afterEach(() => expectNoLeftovers(db));

const BEFORE = { '1.sql': 'CREATE SCHEMA app; CREATE TABLE app.one (a integer)' };
const STEPS = `-- no-transaction
CREATE TABLE app.two (a integer);
CREATE INDEX CONCURRENTLY two_a ON app.two (a);
CREATE TABLE app.three (a integer);
CREATE INDEX CONCURRENTLY three_a ON app.three (a);
CREATE TABLE app.four (a integer);`;

/** The message in which a run begins to record the catalog. */
const isRecording = (text: string): boolean => text.includes('covered_schema');
const on =
  (part: string): KillAt =>
  (text) =>
    text.includes(part) ? 'before' : undefined;

/** A migrator for a database that has the first file, and a record of its catalog. */
async function migrated(): Promise<ObservedMigrator> {
  const observed = await migratorOn(db, BEFORE);
  await observed.migrator.migrate();
  expect(await observed.migrator.drift()).toEqual([]);
  return observed;
}

/** Kills a process that migrates the same directory, and waits until its backend has ended. */
async function kill({ directory }: ObservedMigrator, killAt: KillAt): Promise<void> {
  const { at, stderr } = await migrateUntilKilled(db, directory, killAt);
  expect({ wasKilled: at !== undefined, stderr }).toEqual({ wasKilled: true, stderr: '' });
  await expectNoLeftovers(db, { allow: ['nestjs-pg-migrations'], patienceMs: 30_000 }); // that of the observer is idle
}

const objectsOf = async (observed: ObservedMigrator): Promise<string[]> =>
  (await driftOf(observed)).filter((line) => line.startsWith('OBJECT'));

test('what a run has committed is not drift if its process was killed before it could record the catalog', async () => {
  const observed = await migrated();
  await writeFiles(observed.directory, { '2.sql': 'CREATE TABLE app.two (a integer); DROP TABLE app.one' });
  await kill(observed, (text) => (isRecording(text) ? 'before' : undefined));
  expect(await observed.migrator.drift()).toMatchObject([
    { code: 'CATALOG_NOT_RECORDED', severity: 'note', detail: '2.sql ran after it was recorded' },
  ]);
  await observed.migrator.refreshCatalog();
  expect(await observed.migrator.drift()).toEqual([]);
  await db.query('DROP TABLE app.two');
  expect(await driftOf(observed)).toEqual(['OBJECT_REMOVED Table app.two']);
});

test('what a run has committed is not drift after the next run either, which records it', async () => {
  const observed = await migrated();
  await writeFiles(observed.directory, { '2.sql': 'CREATE TABLE app.two (a integer)' });
  await kill(observed, (text) => (isRecording(text) ? 'before' : undefined));
  await writeFiles(observed.directory, { '3.sql': 'CREATE TABLE app.three (a integer)' });
  await observed.migrator.migrate();
  expect(await observed.migrator.drift()).toEqual([]);
});

test('the steps of a file whose process is killed again and again are never drift, recorded in between or not', async () => {
  const observed = await migrated();
  await writeFiles(observed.directory, { '2.sql': STEPS });
  for (const part of ['CONCURRENTLY two_a', 'CONCURRENTLY three_a']) {
    await kill(observed, on(part));
    expect(await objectsOf(observed)).toEqual([]);
    await observed.migrator.refreshCatalog();
    expect(await objectsOf(observed)).toEqual([]);
  }
  await observed.migrator.migrate();
  expect(await observed.migrator.drift()).toEqual([]);
  await db.query('DROP TABLE app.two');
  expect(await objectsOf(observed)).toEqual(['OBJECT_REMOVED Table app.two']);
});
