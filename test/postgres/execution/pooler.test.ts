import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { RefusedError } from '../../../src/migrator.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { migratorOn, type Files } from '../../support/migrator/migrator-on.js';
import { describeWith } from '../../support/jest/needs.js';
import { startPgBouncer } from '../../support/database/pgbouncer.js';
import { until } from '../../support/jest/until.js';

const db = useEmptyDatabase('pooler');

const FILES: Files = {
  '1.sql': 'CREATE TABLE one (id int); SET search_path = pg_catalog; SET statement_timeout = 77',
  '2.sql': `CREATE TABLE public.two (setting text); INSERT INTO public.two VALUES (current_setting('lock_timeout') || current_setting('search_path'))`,
  '3.sql': 'CREATE INDEX CONCURRENTLY one_id ON one (id)',
  '4.sql': 'SELECT pg_sleep(0.3)',
};

describeWith('pgbouncer')('behind a pooler in transaction mode', () => {
  let pooled: string;
  beforeAll(async () => {
    pooled = await startPgBouncer(db.connectionString);
  });

  /** Nothing may be left: not the lock, and not a setting for the next stranger. */
  afterEach(async () => {
    await until(async () => {
      const { rows } = await db.query(
        `SELECT FROM pg_locks JOIN pg_database d ON d.oid = database WHERE locktype = 'advisory' AND datname = current_database()`,
      );
      return rows.length === 0;
    });
    const left = await withClient(pooled, async (client) => {
      const { rows } = await client.query<{ path: string; lock: string; timeout: string }>(
        `SELECT current_setting('search_path') AS path, current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS timeout`,
      );
      return rows;
    });
    expect(left).toEqual([{ path: '"$user", public', lock: '0', timeout: '0' }]);
  });

  test('a history runs as it does directly, and leaves no setting behind', async () => {
    const { migrator } = await migratorOn(db, FILES, { connectionString: pooled });
    expect((await migrator.migrate()).applied).toEqual(Object.keys(FILES));
    expect((await db.query('SELECT setting FROM two')).rows).toEqual([{ setting: '5s"$user", public' }]);
    expect((await migrator.migrate()).applied).toEqual([]);
  });

  test('many at once apply each file exactly once, together with one that is connected directly', async () => {
    const files = { ...FILES, '0.sql': 'CREATE TABLE runs (n int)', '5.sql': 'INSERT INTO runs VALUES (1)' };
    const migrators = await Promise.all(
      [pooled, pooled, pooled, pooled, pooled, db.connectionString].map((connectionString) =>
        migratorOn(db, files, { connectionString }),
      ),
    );
    const runs = await Promise.all(migrators.map(({ migrator }) => migrator.migrate()));
    expect(runs.flatMap(({ applied }) => applied).toSorted()).toEqual(Object.keys(files).toSorted());
    expect((await db.query('SELECT count(*)::int AS n FROM runs')).rows).toEqual([{ n: 1 }]);
  });

  test('the lock is that of a transaction on a second connection, and a pool of one is enough', async () => {
    const pool = db.pool({ connectionString: pooled, max: 1 });
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT pg_sleep(1)' }, { pool });
    const run = migrator.migrate();
    await until(async () => {
      const { rows } = await db.query(
        `SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE locktype = 'advisory' AND state = 'idle in transaction' AND datname = current_database()`,
      );
      return rows.length === 1;
    });
    expect((await run).applied).toEqual(['1.sql']);
    await pool.end();
  });

  test('a waiter that gives up names the holder, and the backend that works for it', async () => {
    const { migrator, directory, events } = await migratorOn(
      db,
      { '1_slow.sql': 'SELECT pg_sleep(2)' },
      { connectionString: pooled },
    );
    const run = migrator.migrate();
    await until(() => events.some(({ type }) => type === 'migration-started'));
    const waiter = await migratorOn(db, directory, { connectionString: pooled, timeouts: { migrationLock: 200 } });
    await expect(waiter.migrator.migrate()).rejects.toThrow(
      /held by backend \d+ \(nestjs-pg-migrations\), connected since .*, running 1_slow\.sql\./,
    );
    await run;
  });

  test('a run whose lock is lost stops before its next message', async () => {
    const { migrator, events } = await migratorOn(
      db,
      { '1.sql': 'SELECT pg_sleep(1)', '2.sql': '-- no-transaction\nCREATE TABLE two ()' },
      { connectionString: pooled },
    );
    const run = migrator.migrate().catch((error: unknown) => error);
    const holder = `FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE locktype = 'advisory' AND state = 'idle in transaction' AND datname = current_database()`;
    await until(() => events.some(({ type }) => type === 'migration-started'));
    expect((await db.query(`SELECT ${holder}`)).rows).toHaveLength(1);
    await db.query(`SELECT pg_terminate_backend(pid) ${holder}`);
    expect(String(await run)).toMatch(/The connection that holds the migration lock was lost/);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
  });

  test('a non-transactional file that needs one session is refused, and works over a direct connection', async () => {
    const files = { '1.sql': `-- no-transaction\nSET search_path = public;\nCREATE TABLE one ();` };
    const { migrator, directory } = await migratorOn(db, files, { connectionString: pooled });
    await expect(migrator.migrate()).rejects.toBeInstanceOf(RefusedError);
    await expect(migrator.migrate()).rejects.toThrow('1.sql:2:1 sets this for the session');
    expect((await db.query(`SELECT to_regnamespace('shared') AS shared`)).rows).toEqual([{ shared: null }]);
    const direct = await migratorOn(db, directory, {
      connectionString: pooled,
      migrateWith: { connectionString: db.connectionString },
    });
    expect((await direct.migrator.migrate()).applied).toEqual(['1.sql']);
  });

  test('what the pooler does not support is refused together with everything else', async () => {
    const files = { '1.sql': '-- no-transaction\nSET search_path = public;\nSELECT 1;', '2.sql': '\\set', 'a.sql': '' };
    const { migrator, events } = await migratorOn(db, files, { connectionString: pooled });
    const { refusals } = await failureOf(migrator.migrate(), RefusedError);
    expect(refusals.map(({ code }) => code).toSorted()).toEqual([
      'META_COMMAND',
      'POOLER_SESSION_STATE',
      'UNUSABLE_FILE',
    ]);
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-refused']);
  });

  test('a lock for the session is refused in a transaction too, because it would stay with the connection', async () => {
    const files = { '1.sql': 'CREATE TABLE one ()', '2.sql': 'SELECT 1;\nSELECT pg_advisory_lock(7);' };
    for (const transaction of ['each', 'all'] as const) {
      const { migrator } = await migratorOn(db, files, { connectionString: pooled, transaction });
      await expect(migrator.migrate()).rejects.toThrow('2.sql:2:1 takes a session-level advisory lock');
    }
    expect((await db.query(`SELECT to_regnamespace('shared') AS shared`)).rows).toEqual([{ shared: null }]);
    const direct = await migratorOn(db, files);
    expect((await direct.migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
  });

  test('limits that a file sets for itself hold for its steps, or the file is refused', async () => {
    const files = { '1.sql': '-- no-transaction\n-- statement-timeout: 300ms\nSELECT 1;\nSELECT pg_sleep(300);' };
    const { migrator } = await migratorOn(db, files, { connectionString: pooled });
    await expect(migrator.migrate()).rejects.toThrow('1.sql:4:1: canceling statement due to statement timeout');
    const outside = { '2.sql': '-- lock-timeout: 1s\nVACUUM' };
    const refused = await migratorOn(db, outside, { connectionString: pooled });
    await expect(refused.migrator.migrate()).rejects.toThrow(
      'where the timeouts that the file sets have no effect behind a transaction-mode pooler',
    );
  });

  test('a failure is recorded and rolled back', async () => {
    const { migrator } = await migratorOn(
      db,
      { '1.sql': 'CREATE TABLE one (); SELECT nothing' },
      { connectionString: pooled },
    );
    await expect(migrator.migrate()).rejects.toThrow('1.sql:1:29: column "nothing" does not exist');
    expect(await outcomes(db)).toEqual({ '1.sql': 'column "nothing" does not exist (SQLSTATE 42703)' });
  });
});

/** What transactions find that are open at the same time, each on a server connection of its own. */
function lockTimeouts(connectionString: string, connections: number, open = 1): Promise<string[]> {
  return withClient(connectionString, async (client) => {
    const { rows } = await client
      .query<{ limit: string }>(`BEGIN; SELECT current_setting('lock_timeout') AS limit`)
      .then((results) => (results as unknown as { rows: { limit: string }[] }[])[1] ?? { rows: [] });
    const others = open < connections ? await lockTimeouts(connectionString, connections, open + 1) : [];
    await client.query('COMMIT');
    return [...rows.map(({ limit }) => limit), ...others];
  });
}

describeWith('pgbouncer')('a pooler', () => {
  test('that changes the server connection with every transaction gets none back with limits of a file that failed at its end', async () => {
    const pooled = await startPgBouncer(db.connectionString, { server_round_robin: 1, default_pool_size: 4 });
    await db.query(
      'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int REFERENCES p DEFERRABLE INITIALLY DEFERRED)',
    );
    for (const transaction of ['each', 'all'] as const) {
      expect(await lockTimeouts(pooled, 4)).toEqual(['0', '0', '0', '0']);
      const files = { '1.sql': 'SELECT 1', '2.sql': 'INSERT INTO c VALUES (7)' };
      const table = `shared.history_${transaction}`;
      const { migrator } = await migratorOn(db, files, { connectionString: pooled, transaction, table });
      await expect(migrator.migrate()).rejects.toThrow(/Migration failed at 2\.sql.*violates foreign key.*23503/);
      expect(await lockTimeouts(pooled, 4)).toEqual(['0', '0', '0', '0']);
    }
  });

  test('that ends transactions in which nothing happens does not end the lock of a long file', async () => {
    const pooled = await startPgBouncer(db.connectionString, { idle_transaction_timeout: 7 });
    const { migrator } = await migratorOn(
      db,
      { '1.sql': 'SELECT pg_sleep(9)', '2.sql': '-- no-transaction\nSELECT 2' },
      { connectionString: pooled },
    );
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
  });

  test('in session mode is usable when the option says that the lock is that of a session, with a warning', async () => {
    const pooled = await startPgBouncer(db.connectionString, { pool_mode: 'session' });
    const files = { '1.sql': '-- no-transaction\nSET search_path = pg_temp;\nCREATE TABLE one ();' };
    const { migrator, warnings } = await migratorOn(db, files, { connectionString: pooled, lock: 'session' });
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
    expect(warnings()).toEqual([expect.stringContaining('session mode')]);
  });
});
