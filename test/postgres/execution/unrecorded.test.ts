import { afterEach, describe, expect, test } from '@jest/globals';
import { DatabaseError, MigrationFailedError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('unrecorded');
afterEach(() => expectNoLeftovers(db));

/** Lets the server refuse rows of the history that are like this. */
async function refuseRows(condition: string): Promise<void> {
  const first = await migratorOn(db, { '0.sql': '' });
  await first.migrator.migrate();
  await db.query(
    `CREATE FUNCTION shared.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not in my table'; END $$;
     CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON shared.schema_migrations
       FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION shared.refuse()`,
  );
}

const FAILURES = 'NEW.error_message IS NOT NULL AND NOT NEW.running';
const COMPLETIONS = 'NEW.error_message IS NULL';
const CLAIMS = 'NEW.running';

/** The same mistake on line 2, in both kinds of file. */
const kinds = { transactional: '', 'non-transactional': '-- no-transaction\n' };

describe('a failure that cannot be recorded', () => {
  test.each(Object.entries(kinds))(
    'of a %s migration: its own error with its place comes first, then why it is not recorded',
    async (kind, header) => {
      await refuseRows(FAILURES);
      const { migrator, events } = await migratorOn(db, {
        '0.sql': '',
        '1_a.sql': 'CREATE TABLE a ()',
        '2_b.sql': `${header}CREATE TABLE b ();\nSELECT nothing FROM b;`,
      });
      const error = await failureOf(migrator.migrate(), MigrationFailedError);
      const line = header === '' ? 2 : 3;
      const [first] = error.message.split('\n');
      expect(first).toBe(`Migration failed at 2_b.sql:${line}:8: column "nothing" does not exist (SQLSTATE 42703)`);
      const reason = 'The failure could not be recorded in the history: not in my table (SQLSTATE P0001).';
      expect(error.message.match(/not in my table/g)).toHaveLength(1);
      expect(error.message).toContain(reason);
      expect(error.message).not.toContain('recorded as failed');
      expect(error.failure).toMatchObject({
        file: '2_b.sql',
        server: { sqlstate: '42703' },
        location: { line, column: 8 },
        unrecorded: { sqlstate: 'P0001', message: 'not in my table' },
        applied: ['1_a.sql'],
      });
      expect(events.slice(-2)).toMatchObject([
        { type: 'migration-failed', file: '2_b.sql', error: error.message },
        { type: 'run-failed', code: 'MIGRATION_FAILED', applied: ['1_a.sql'] },
      ]);
      const recorded = await outcomes(db);
      expect(recorded).toMatchObject({ '0.sql': 'applied', '1_a.sql': 'applied' });
      expect(recorded['2_b.sql']).toBe(
        kind === 'transactional' ? undefined : 'running: not finished yet, or interrupted',
      );
    },
  );

  test('all together: the run was rolled back, and says so without a word of recording it', async () => {
    await refuseRows(FAILURES);
    const { migrator } = await migratorOn(
      db,
      { '0.sql': '', '1_a.sql': 'CREATE TABLE a ()', '2_b.sql': 'SELECT 1/0' },
      { transaction: 'all' },
    );
    const { message } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(message).toMatch(/^Migration failed at 2_b\.sql:1:1: division by zero \(SQLSTATE 22012\)/);
    expect(message).toContain('The failure could not be recorded in the history: not in my table');
    expect(await outcomes(db)).toEqual({ '0.sql': 'applied' });
  });
});

test('what the server said cannot be recorded either: the error of the migration is still the one that is thrown', async () => {
  await refuseRows('NEW.notices IS NOT NULL');
  const { migrator } = await migratorOn(db, {
    '0.sql': '',
    '1_a.sql': `DO $$ BEGIN RAISE NOTICE 'by the way'; END $$;\nSELECT 1/0;`,
  });
  const { message } = await failureOf(migrator.migrate(), MigrationFailedError);
  expect(message).toMatch(/^Migration failed at 1_a\.sql:2:1: division by zero/);
  expect(await outcomes(db)).toMatchObject({ '1_a.sql': 'division by zero (SQLSTATE 22012)' });
});

describe('a record that the server refuses although nothing failed', () => {
  test.each([
    ['claim', 'transactional', CLAIMS, ''],
    ['completion', 'transactional', COMPLETIONS, ''],
    ['claim', 'non-transactional', CLAIMS, kinds['non-transactional']],
    ['completion', 'non-transactional', COMPLETIONS, kinds['non-transactional']],
  ])('the %s of a %s migration: the file is not blamed', async (_, kind, refused, header) => {
    await refuseRows(refused);
    const { migrator, events } = await migratorOn(db, {
      '0.sql': '',
      '1_x.sql': `${header}CREATE TABLE x ()`,
    });
    const error = await failureOf(migrator.migrate(), DatabaseError);
    expect(error.message).toContain('recording 1_x.sql in the history');
    expect(error.message).toContain('not in my table (SQLSTATE P0001)');
    expect(error.message).not.toMatch(/failed migration|Migration failed|1_x\.sql:1/);
    expect(error.server).toMatchObject({ sqlstate: 'P0001' });
    expect(events.map(({ type }) => type)).not.toContain('migration-failed');
    expect(events.at(-1)).toMatchObject({ type: 'run-failed', code: 'DATABASE_ERROR', applied: [] });
    const committed = kind === 'non-transactional' && refused === COMPLETIONS;
    expect(await relations(db)).toEqual(committed ? ['x'] : []);
    expect((await outcomes(db))['1_x.sql']).not.toBe('applied');
  });

  test('once the server takes it, the run goes on: the file was not to blame', async () => {
    await refuseRows(COMPLETIONS);
    const { migrator } = await migratorOn(db, {
      '0.sql': '',
      '1_x.sql': 'CREATE TABLE x ()',
      '2_y.sql': '-- no-transaction\nCREATE TABLE y ()',
    });
    await failureOf(migrator.migrate(), DatabaseError);
    await db.query('DROP FUNCTION shared.refuse() CASCADE');
    expect((await migrator.migrate()).applied).toEqual(['1_x.sql', '2_y.sql']);
  });
});
