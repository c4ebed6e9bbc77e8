import { afterEach, expect, test } from '@jest/globals';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { driftOf } from '../../support/migrator/findings-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { type KillAt, migrateUntilKilled } from '../../support/programs/killed.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';
import { writeFiles } from '../../support/files/write-files.js';

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
const isRecording = (text: string): boolean => text.includes('AS covered,');
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
    { code: 'CATALOG_NOT_RECORDED', severity: 'note', reason: 'migrated-since', detail: '2.sql' },
  ]);
  await observed.migrator.refreshCatalog();
  expect(await observed.migrator.drift()).toEqual([]);
  await db.query('DROP TABLE app.two');
  expect(await driftOf(observed)).toEqual(['OBJECT_REMOVED Table app.two']);
});

test('the catalog is recorded after a killed run even if there is no table of incidents', async () => {
  const observed = await migrated();
  await writeFiles(observed.directory, { '2.sql': 'CREATE TABLE app.two (a integer)' });
  await kill(observed, (text) => (isRecording(text) ? 'before' : undefined));
  await db.query('DROP TABLE shared.schema_migrations_incidents');
  await observed.migrator.refreshCatalog();
  expect(await observed.migrator.drift()).toEqual([]);
});

test('what a run has committed is not drift after the next run either, which records it', async () => {
  const observed = await migrated();
  await writeFiles(observed.directory, { '2.sql': 'CREATE TABLE app.two (a integer)' });
  await kill(observed, (text) => (isRecording(text) ? 'before' : undefined));
  await writeFiles(observed.directory, { '3.sql': 'CREATE TABLE app.three (a integer)' });
  await observed.migrator.migrate();
  expect(await observed.migrator.drift()).toEqual([]);
});

test('the steps of a file whose process is killed again and again are never drift, whether recorded in between or not', async () => {
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

const OWN_SCHEMAS = `-- no-transaction
CREATE SCHEMA early;
CREATE TABLE early.t (a integer);
VACUUM early.t;
CREATE SCHEMA late;
CREATE TABLE late.t (a integer);
CREATE INDEX CONCURRENTLY t_a ON late.t (a);
SELECT 1;`;

test.each<[sentence: string, isRecorded: boolean, next: (observed: ObservedMigrator) => Promise<unknown>]>([
  ['and the next check records the catalog', true, ({ migrator }) => migrator.refreshCatalog()],
  ['and the next run continues it', true, ({ migrator }) => migrator.migrate()],
  ['and the next run continues the first run ever', false, ({ migrator }) => migrator.migrate()],
])('a schema that an earlier step created is covered although the run was killed, %s', async (_, isRecorded, next) => {
  const observed = isRecorded ? await migrated() : await migratorOn(db, {});
  await db.query('CREATE SCHEMA by_hand; CREATE TABLE by_hand.t ()');
  await writeFiles(observed.directory, { '2.sql': OWN_SCHEMAS });
  // The text of this step is also in the message that records the steps before it.
  await kill(observed, (text) => (text.startsWith('CREATE INDEX CONCURRENTLY t_a') ? 'before' : undefined));
  await next(observed);
  expect(await driftOf(observed)).not.toContainEqual(expect.stringMatching(/^OBJECT|CATALOG/));
  await db.query('DROP TABLE early.t, late.t, by_hand.t');
  expect(await objectsOf(observed)).toEqual(['OBJECT_REMOVED Table early.t', 'OBJECT_REMOVED Table late.t']);
});

test.each<[sentence: string, record: (observed: ObservedMigrator) => Promise<unknown>]>([
  ['the next check records the catalog', ({ migrator }) => migrator.refreshCatalog()],
  [
    'the next run records the catalog',
    async ({ directory, migrator }) => {
      await writeFiles(directory, { '3.sql': 'CREATE TABLE app.three (a integer)' });
      await migrator.migrate();
    },
  ],
])('a manual change with an open incident is still drift after a run was killed and %s', async (_sentence, record) => {
  const observed = await migrated();
  const { migrator, directory } = observed;
  await db.query('CREATE TABLE app.by_hand (a integer); ALTER TABLE app.one ADD b text');
  const check = { checker: 'a process', token: 'a check', isUnchecked: () => false, reminderMs: 0 };
  expect((await migrator.incidents.claim(await migrator.drift(), check))?.opened).toHaveLength(2);
  await db.query('ALTER TABLE app.one ADD unseen text');
  await writeFiles(directory, {
    '2.sql': 'CREATE TABLE app.two (a integer); CREATE SCHEMA late; CREATE TABLE late.t ()',
  });
  await kill(observed, (text) => (isRecording(text) ? 'before' : undefined));
  expect(await objectsOf(observed)).toEqual([]);
  await record(observed);
  expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Column app.one.b', 'OBJECT_ADDED Table app.by_hand']);
  await db.query('DROP TABLE app.by_hand; ALTER TABLE app.one DROP b');
  expect(await driftOf(observed)).toEqual([]);
  await db.query('DROP TABLE late.t');
  expect(await driftOf(observed)).toEqual(['OBJECT_REMOVED Table late.t']);
});
