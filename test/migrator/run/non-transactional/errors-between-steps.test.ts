import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { warned } from '../../../support/migrator/findings-of.js';
import { historyOf } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { type Files, migratorOn, type ObservedMigrator } from '../../../support/migrator/migrator-on.js';
import { createRole } from '../../../support/database/role.js';

const db = useEmptyDatabase('between_steps');
const roles: string[] = [];
afterEach(async () => {
  await expectNoLeftovers(db);
  for (const name of roles.splice(0)) await db.query(`DROP OWNED BY ${name} CASCADE`);
});

/** A migrator whose role may create things, owns no table of others, and is no superuser. */
async function asOrdinaryRole(files: Files): Promise<ObservedMigrator & { role: string }> {
  const { name, urlOf } = await createRole();
  roles.push(name);
  await db.query(`GRANT ALL ON SCHEMA public TO ${name}`);
  await db.query(`DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO ${name}', current_database()); END $$`);
  return { ...(await migratorOn({ connectionString: urlOf(db) }, files)), role: name };
}

/** An invalid index `u` on a table of another role. */
async function invalidIndexOfAnother(): Promise<void> {
  await db.query('CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)');
  await expect(db.query('CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)')).rejects.toThrow(
    'could not create unique index',
  );
}

const FILE = `-- no-transaction
CREATE TABLE one ();
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS u ON t (a);
CREATE TABLE two ();
`;

describe('an invalid index of another role, which the migrating one may not drop', () => {
  test('fails the migration at the statement that needs it gone, at every run, and leaves no running row', async () => {
    await invalidIndexOfAnother();
    const { migrator, events } = await asOrdinaryRole({ '1.sql': FILE });
    for (let run = 1; run <= 2; run++) {
      const error = await failureOf(migrator.migrate(), MigrationFailedError);
      expect(error.failure).toMatchObject({
        file: '1.sql',
        server: { sqlstate: '42501', message: 'must be owner of index u' },
        location: { line: 3, column: 1 },
        aftermath: { kind: 'partial', stepsDone: 1, stepsTotal: 3 },
      });
      expect(error.message).toContain('Migration failed at 1.sql:3:1: must be owner of index u (SQLSTATE 42501)');
      expect(error.message).toContain('CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS u');
      expect(error.failure).not.toHaveProperty('unrecorded');

      expect(await historyOf(db)).toMatchObject([
        {
          migration_file: '1.sql',
          running: false,
          error_message: 'must be owner of index u (SQLSTATE 42501)',
          steps_done: 1,
          steps_total: 3,
          notices: null,
        },
      ]);
      expect((await migrator.status()).migrations).toMatchObject([{ file: '1.sql', state: 'failed' }]);
      expect(await migrator.health()).toMatchObject({ up: false, blocking: [{ file: '1.sql', state: 'failed' }] });
    }
    expect(events.filter(({ type }) => type === 'migration-notice')).toEqual([]);
    const ends = events.filter(({ type }) => type === 'migration-failed' || type === 'run-failed');
    expect(ends.map((event) => [event.type, 'file' in event && event.file])).toEqual([
      ['migration-failed', '1.sql'],
      ['run-failed', false],
      ['migration-failed', '1.sql'],
      ['run-failed', false],
    ]);
  });

  test('is no obstacle once its owner has dropped it', async () => {
    await invalidIndexOfAnother();
    const observed = await asOrdinaryRole({ '1.sql': FILE });
    await failureOf(observed.migrator.migrate(), MigrationFailedError);
    await db.query(`DROP INDEX u; DELETE FROM t; ALTER TABLE t OWNER TO ${observed.role}`);
    expect((await observed.migrator.migrate()).applied).toEqual(['1.sql']);
    expect(warned(observed).map(({ code }) => code)).toEqual(['RESUMED']);
    const { rows } = await db.query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'u'::regclass`);
    expect(rows).toEqual([{ indisvalid: true }]);
  });
});

describe('a session that cannot be set as the finished steps had set it', () => {
  test('fails the migration where it would go on, and is recorded', async () => {
    await db.query('CREATE TABLE divisor AS SELECT 0 AS n');
    const { migrator, role, events } = await asOrdinaryRole({
      '1.sql': '-- no-transaction\nSET ROLE another;\nSELECT 1;\nSELECT 1/0;'.replaceAll('another', 'pg_monitor'),
    });
    await db.query(`GRANT pg_monitor TO ${role}`);
    await failureOf(migrator.migrate(), MigrationFailedError);
    await db.query(`REVOKE pg_monitor FROM ${role}`);
    const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(failure).toMatchObject({
      server: { sqlstate: '42501', message: expect.stringContaining('pg_monitor') },
      location: { line: 4, column: 1 },
      aftermath: { kind: 'partial', stepsDone: 2, stepsTotal: 3 },
    });
    expect(await historyOf(db)).toMatchObject([{ running: false, steps_done: 2 }]);
    expect(events.filter(({ type }) => type === 'migration-failed')).toHaveLength(2);
  });
});
