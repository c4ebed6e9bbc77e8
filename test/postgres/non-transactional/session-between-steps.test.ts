import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('between_steps');
afterEach(() => expectNoLeftovers(db));

const SEED = 'CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1), (2);';

describe('between steps', () => {
  test('the session is the file’s own: what it sets holds until it ends, and no longer', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': `${SEED} CREATE SCHEMA s;`,
      '2.sql':
        'SET search_path = s; CREATE TABLE here (id int); CREATE TEMP TABLE x (id int); VACUUM here; INSERT INTO x VALUES (1);',
      '3.sql': 'CREATE TABLE there ();',
    });
    await migrator.migrate();
    const { rows } = await db.query(
      `SELECT schemaname || '.' || tablename AS t FROM pg_tables WHERE tablename ~ 'here$' ORDER BY 1`,
    );
    expect(rows).toEqual([{ t: 'public.there' }, { t: 's.here' }]);
  });

  test.each([
    'SET search_path = s, public',
    `SELECT set_config('search_path', 's, public', false)`,
    `SELECT pg_catalog.set_config('search_path', 's, public', false)`,
  ])('of two runs, what the steps before had set is set again: %s', async (setting) => {
    const { migrator } = await migratorOn(db, {
      '1.sql': `${SEED} CREATE SCHEMA s;`,
      '2.sql': `${setting}; VACUUM t; INSERT INTO needed VALUES (1); CREATE TABLE here ();`,
    });
    await failureOf(migrator.migrate(), MigrationFailedError);
    await db.query('CREATE TABLE needed (id int)');
    await migrator.migrate();
    expect((await db.query(`SELECT to_regclass('s.here') IS NOT NULL AS there`)).rows).toEqual([{ there: true }]);
  });

  test('a role that the file takes on does not keep its progress from being recorded', async () => {
    const role = `"${db.name}_steps"`;
    await db.query(`CREATE ROLE ${role}; GRANT CREATE, USAGE ON SCHEMA public TO ${role}`);
    const { migrator } = await migratorOn(db, {
      '1.sql': SEED,
      '2.sql': `SET ROLE ${role}; CREATE TABLE owned (id int); VACUUM owned; CREATE TABLE owned_too (); SELECT 1/0;`,
    });
    await failureOf(migrator.migrate(), MigrationFailedError);
    expect((await historyOf(db))[1]).toMatchObject({ steps_done: 4, error_message: expect.stringContaining('22012') });
    const { rows } = await db.query(
      `SELECT tableowner = '${db.name}_steps' AS same FROM pg_tables WHERE tablename ~ 'owned'`,
    );
    expect(rows).toEqual([{ same: true }, { same: true }]);
    await db.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
  });

  test.each(['DISCARD ALL;', 'SELECT pg_advisory_unlock_all(); VACUUM t;'])(
    'the migration lock is taken again after %s',
    async (sql) => {
      const { migrator } = await migratorOn(db, {
        '1.sql': SEED,
        '2.sql': sql,
        '3.sql': `CREATE TABLE locks AS SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`,
      });
      await migrator.migrate();
      expect((await db.query('SELECT n FROM locks')).rows).toEqual([{ n: 1 }]);
    },
  );
});
