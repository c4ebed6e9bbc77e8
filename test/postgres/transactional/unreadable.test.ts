import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError, type MigratorOptions } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { type Files, migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('unreadable');
afterEach(() => expectNoLeftovers(db));

const MISTAKE = 'CREATE TABLE c ();\nSELECT FROM FROM t;\n';
/** With this a file is not ordinary, and the parser reads it before anything runs. */
const FOR_THE_PARSER = 'SAVEPOINT s;';

const filesWith = (mistake: string): Files => ({
  '1.sql': 'CREATE TABLE a ()',
  '2.sql': 'BEGIN; CREATE TABLE b (); COMMIT',
  '3.sql': mistake,
  '4.sql': 'CREATE TABLE e ()',
});

/** More than one message holds. */
const largeWith = (mistake: string): Files => ({
  '0.sql': `CREATE TABLE z (); -- ${'x'.repeat(1_000_000)}`,
  ...filesWith(mistake),
});

/** What a run that fails reports, in order, and what it leaves behind; the last of it is the error. */
async function reported(files: Files, options: MigratorOptions): Promise<unknown[]> {
  const { migrator, events } = await migratorOn(db, files, options);
  const { message, failure } = await failureOf(migrator.migrate(), MigrationFailedError);
  const left = [await outcomes(db), await relations(db)];
  await db.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA shared CASCADE');
  return [
    ...events.map((event) => ('file' in event ? `${event.type} ${event.file}` : event.type)),
    left,
    message,
    failure.applied,
    failure.pending,
  ];
}

describe('a mistake in an ordinary file', () => {
  test.each<[string, MigratorOptions]>([
    ['in its own transaction', {}],
    ['in one transaction for all', { transaction: 'all' }],
  ])('is reported, %s, as if the parser had seen it before the run', async (_, options) => {
    const found = await reported(filesWith(MISTAKE), options);
    const parsed = await reported(filesWith(`${MISTAKE}${FOR_THE_PARSER}`), options);
    expect(found).toEqual(parsed);
    expect(found).toContain('migration-started 3.sql');
    expect(found.at(-3)).toContain('3.sql:2:13: syntax error at or near "FROM"');
  });

  test('is reported so too when one transaction takes several messages', async () => {
    const found = await reported(largeWith(MISTAKE), { transaction: 'all' });
    expect(found).toEqual(await reported(largeWith(`${MISTAKE}${FOR_THE_PARSER}`), { transaction: 'all' }));
    expect(found.filter((each) => each === 'migration-started 0.sql')).toHaveLength(1);
  });

  test('does not prevent a later run from starting where this one stopped', async () => {
    await failureOf((await migratorOn(db, filesWith(MISTAKE))).migrator.migrate(), MigrationFailedError);
    const { migrator } = await migratorOn(db, filesWith('CREATE TABLE c ()'));
    expect((await migrator.migrate()).applied).toEqual(['3.sql', '4.sql']);
  });
});
