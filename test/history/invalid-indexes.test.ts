import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError } from '../../src/migrator.js';
import { type TestDatabase, withClient } from '../support/database/database.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { migrateUntilKilled } from '../support/programs/killed.js';
import { migratorOn } from '../support/migrator/migrator-on.js';
import { createRole } from '../support/database/role.js';
import { serverMajor } from '../support/server/since-version.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { terminate } from '../support/database/terminate.js';
import { until } from '../support/jest/until.js';

const db = useEmptyDatabase('invalid_indexes');
const owners: string[] = [];
afterEach(async () => {
  await expectNoLeftovers(db);
  for (const name of owners.splice(0)) await db.query(`DROP OWNED BY ${name} CASCADE`);
});

interface Index {
  readonly name: string;
  readonly valid: boolean;
  readonly oid: number;
}

async function indexes(): Promise<Index[]> {
  const { rows } = await db.query<Index>(
    `SELECT indexrelid::regclass::text AS name, indisvalid AS valid, indexrelid::int AS oid FROM pg_index
      WHERE indrelid IN (SELECT unnest(ARRAY[oid, nullif(reltoastrelid, 0)]) FROM pg_class WHERE relname = 't') ORDER BY 1`,
  );
  return rows.map((row) => ({ ...row, name: row.name.replace(/pg_toast_\d+/, 'toast') }));
}

const shown = async (): Promise<string[]> =>
  (await indexes()).map(({ name, valid }) => `${name} ${valid ? 'valid' : 'invalid'}`);

/** While `work` runs, a transaction is open that has written to `t`: a concurrent build begins, and waits for it. */
async function whileBuildsWait(work: (open: () => Promise<unknown>) => Promise<void>): Promise<void> {
  await withClient(db.connectionString, async (gatekeeper) => {
    await gatekeeper.query('BEGIN; INSERT INTO t VALUES (-1)');
    await work(() => gatekeeper.query('ROLLBACK'));
  });
}

/** Waits until a backend hangs in this statement. */
async function blocked(statement: string): Promise<number> {
  let pid = 0;
  await until(async () => {
    const { rows } = await db.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE query LIKE $1 AND wait_event_type = 'Lock' AND datname = current_database()`,
      [`${statement}%`],
    );
    pid = rows[0]?.pid ?? 0;
    return pid > 0;
  });
  return pid;
}

const TABLE = 'CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, $$x$$), (1, $$y$$)';
/** Before 14 no backend checks whether its client is still there. */
const GOES_ON = serverMajor() >= 14 ? 'SET client_connection_check_interval = 0; ' : '';
const REPAIR = 'DELETE FROM t WHERE b = $$y$$';

const builds: [sentence: string, statement: string, name: string][] = [
  ['with a name', 'CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)', 'u'],
  ['with a name, if it does not exist', 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS u ON t (a)', 'u'],
  ['without a name', 'CREATE UNIQUE INDEX CONCURRENTLY ON t (a)', 't_a_idx'],
  [
    'without a name, over expressions',
    `CREATE UNIQUE INDEX CONCURRENTLY ON public.t (abs(a), (a || '') DESC) WHERE a <> 0`,
    't_abs_expr_idx',
  ],
];

describe('the invalid index of a concurrent build', () => {
  test.each(builds)('%s, that failed, is dropped and built again', async (_sentence, statement, name) => {
    const { migrator, warnings } = await migratorOn(db, {
      '1.sql': TABLE,
      '2.sql': `${statement}; CREATE TABLE behind ()`,
    });
    for (let run = 1; run <= 2; run++) {
      await failureOf(migrator.migrate(), MigrationFailedError);
      expect(await shown()).toEqual(withToast(`${name} invalid`));
    }
    await db.query(REPAIR);
    await migrator.migrate();
    expect(await shown()).toEqual(withToast(`${name} valid`));
    expect(warnings()).toContain(
      `Index public.${name} was invalid, left behind by an earlier attempt, and has been dropped. [INVALID_INDEX_DROPPED]`,
    );
  });

  test.each(builds)(
    '%s, whose process was killed and whose backend was ended, is dropped and built again',
    async (_s, statement, name) => {
      const directory = await migrationsDirectory({
        '1.sql': TABLE,
        '2.sql': REPAIR,
        '3.sql': `${statement}; CREATE TABLE behind ()`,
      });
      await (await migratorOn(db, await migrationsDirectory({ '1.sql': TABLE, '2.sql': REPAIR }))).migrator.migrate();
      await whileBuildsWait(async (open) => {
        await migrateUntilKilled(db, directory, (text) => (text.startsWith(statement) ? 'during' : undefined));
        const pid = await blocked(statement);
        expect(await shown()).toContain(`${name} invalid`);
        await terminate(db, pid);
        await open();
      });
      await (await migratorOn(db, directory)).migrator.migrate();
      expect(await shown()).toEqual(withToast(`${name} valid`));
    },
  );

  test.each(builds)(
    '%s, whose backend goes on when the process was killed, is waited for and kept',
    async (_s, statement, name) => {
      const directory = await migrationsDirectory({
        '1.sql': TABLE,
        '2.sql': REPAIR,
        '3.sql': `${GOES_ON}${statement}; CREATE TABLE behind ()`,
      });
      await (await migratorOn(db, await migrationsDirectory({ '1.sql': TABLE, '2.sql': REPAIR }))).migrator.migrate();
      await whileBuildsWait(async (open) => {
        await migrateUntilKilled(db, directory, (text) => (text.startsWith(statement) ? 'during' : undefined));
        await blocked(statement);
        const { migrator, events, warnings } = await migratorOn(db, directory);
        const run = migrator.migrate();
        await until(() => events.some(({ type }) => type === 'lock-waiting'));
        const being = (await indexes()).find((each) => each.name === name);
        await open();
        await run;
        expect((await indexes()).find((each) => each.name === name)).toEqual({ ...being, valid: true });
        expect(warnings().join()).toContain('took effect as well');
      });
    },
  );

  test.each<[string, (url: { connectionString: string }) => Promise<string>]>([
    ['a role that sees everything', ({ connectionString }) => Promise.resolve(connectionString)],
    ['a role that sees nothing of others', plainOwner],
  ])('that somebody else is building is waited for, by %s', async (_sentence, as) => {
    await db.query(`${TABLE}; ${REPAIR}`);
    const connectionString = await as(db);
    await whileBuildsWait(async (open) => {
      const builder = withClient(db.connectionString, (client) => client.query('CREATE INDEX CONCURRENTLY i ON t (a)'));
      await blocked('CREATE INDEX CONCURRENTLY i');
      const [being] = await indexes();
      const { migrator, warnings } = await migratorOn(
        { connectionString },
        { '1.sql': 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)' },
      );
      const run = migrator.migrate();
      await until(() =>
        warnings().includes('Index public.i is being built by another backend; waiting for it. [INDEX_BUILD_AWAITED]'),
      );
      expect((await indexes())[0]).toEqual(being);
      await open();
      await Promise.all([builder, run]);
      expect((await indexes())[0]).toEqual({ ...being, valid: true });
    });
  });
});

const check = (body: string): string =>
  `CREATE OR REPLACE FUNCTION checked(a int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN a; END $$`;

describe('what REINDEX CONCURRENTLY leaves behind', () => {
  test.each(['INDEX CONCURRENTLY i', 'TABLE CONCURRENTLY t', 'SCHEMA CONCURRENTLY public'])(
    'is dropped before it is tried again: REINDEX %s',
    async (what) => {
      await db.query(`${TABLE}; ${check('')}; CREATE INDEX i ON t (checked(a)); ${check(`RAISE 'not now';`)}`);
      const { migrator, warnings } = await migratorOn(db, { '1.sql': `REINDEX ${what};` });
      await failureOf(migrator.migrate(), MigrationFailedError);
      expect(await shown()).toContain('i_ccnew invalid');
      await db.query(check(''));
      await migrator.migrate();
      expect(await shown()).toEqual(['i valid', 'pg_toast.toast_index valid']);
      expect(warnings()).toContain(
        'Index public.i_ccnew was invalid, left behind by an earlier attempt, and has been dropped. [INVALID_INDEX_DROPPED]',
      );
    },
  );

  test('is dropped when the process was killed and its backend ended, that of the TOAST table too', async () => {
    await db.query(`${TABLE}; CREATE INDEX i ON t (a); CREATE INDEX j ON t (b)`);
    const directory = await migrationsDirectory({ '1.sql': 'REINDEX TABLE CONCURRENTLY t' });
    await whileBuildsWait(async (open) => {
      await migrateUntilKilled(db, directory, (text) => (text.startsWith('REINDEX') ? 'during' : undefined));
      const pid = await blocked('REINDEX');
      expect((await shown()).filter((line) => line.endsWith('_ccnew invalid'))).toHaveLength(3);
      await terminate(db, pid);
      await open();
    });
    await (await migratorOn(db, directory)).migrator.migrate();
    expect(await shown()).toEqual(['i valid', 'j valid', 'pg_toast.toast_index valid']);
  });
});

/** As {@link shown} has it: in the order of the names. */
function withToast(index: string): string[] {
  return [index, 'pg_toast.toast_index valid'].toSorted();
}

/** A role that owns the table and may create in the database, and does not see what other roles do. */
async function plainOwner(database: Pick<TestDatabase, 'connectionString'>): Promise<string> {
  const { name, urlOf } = await createRole();
  owners.push(name);
  await db.query(`ALTER SCHEMA public OWNER TO ${name}; ALTER TABLE t OWNER TO ${name}`);
  await db.query(`DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO ${name}', current_database()); END $$`);
  return urlOf(database);
}
