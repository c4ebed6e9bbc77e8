import { beforeEach, describe, expect, test } from '@jest/globals';
import { ConfigurationError, UnknownMigrationError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { driftOf } from '../../support/migrator/findings-of.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('accept_catalog');

const FILES = { '1.sql': 'CREATE TABLE orders (id int, note text); CREATE TABLE old (id int)' };
const BY_HAND = 'CREATE TABLE by_hand (a int); ALTER TABLE orders ALTER COLUMN note TYPE varchar(20); DROP TABLE old';

describe('acceptCatalog()', () => {
  let observed: ObservedMigrator;
  beforeEach(async () => {
    observed = await migratorOn(db, FILES);
    await observed.migrator.migrate();
    await observed.migrator.drift(); // waits until the catalog is recorded
    await db.query(BY_HAND);
  });

  test('records everything as it is now, and the audit names the objects', async () => {
    const { migrator } = observed;
    const accepted = await migrator.acceptCatalog({ reason: 'agreed' });
    const subjects = ['Table public.old', 'Table public.by_hand', 'Column public.orders.note'];
    expect(accepted.map(({ subject }) => subject).toSorted()).toEqual(subjects.toSorted());
    expect(await driftOf(observed)).toEqual([]);
    expect((await migrator.audit()).at(-1)).toMatchObject({
      action: 'accept',
      reason: 'agreed',
      details: { objects: expect.arrayContaining(subjects) },
    });
    await db.query('ALTER TABLE by_hand ADD COLUMN b int');
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Column public.by_hand.b']);
  });

  test.each([
    ['Table public.by_hand', ['OBJECT_CHANGED Column public.orders.note', 'OBJECT_REMOVED Table public.old']],
    ['Table public.old', ['OBJECT_ADDED Table public.by_hand', 'OBJECT_CHANGED Column public.orders.note']],
    ['Column public.orders.note', ['OBJECT_ADDED Table public.by_hand', 'OBJECT_REMOVED Table public.old']],
  ])('records one object: %s', async (object, left) => {
    expect(await observed.migrator.acceptCatalog({ object })).toMatchObject([{ subject: object }]);
    expect((await driftOf(observed)).toSorted()).toEqual(left);
  });

  test('only reports what it would accept on a dry run, and refuses an object that has not changed', async () => {
    const { migrator } = observed;
    const before = await driftOf(observed);
    expect(await migrator.acceptCatalog({ dryRun: true })).toHaveLength(3);
    expect(await driftOf(observed)).toEqual(before);
    const error = await failureOf(migrator.acceptCatalog({ object: 'Table public.nowhere' }), UnknownMigrationError);
    expect(error.message).toContain('There is nothing to accept for Table public.nowhere');
  });

  test('accepts only what drift() reports, not what it ignores', async () => {
    const { migrator } = await migratorOn(db, FILES, { catalog: { ignore: ['public.by_hand'] } });
    const accepted = await migrator.acceptCatalog({ dryRun: true });
    expect(accepted.map(({ subject }) => subject).toSorted()).toEqual([
      'Column public.orders.note',
      'Table public.old',
    ]);
  });

  test('is refused if the option catalog is false', async () => {
    const { migrator } = await migratorOn(db, FILES, { catalog: false });
    expect((await failureOf(migrator.acceptCatalog(), ConfigurationError)).message).toContain('catalog is false');
  });
});
