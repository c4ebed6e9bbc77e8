import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { InDoubtError } from '../../src/migrator.js';
import { startCountingProxy } from '../support/programs/counting-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/database/database.js';
import { endState, type EndState } from '../support/database/end-state.js';
import { failureOf } from '../support/jest/failure-of.js';
import { historyOf, outcomes } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { type KillAt, migrateUntilKilled } from '../support/programs/killed.js';
import { type Files, migratorOn } from '../support/migrator/migrator-on.js';
import { serverMajor } from '../support/server/since-version.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';

const made: TestDatabase[] = [];
afterEach(async () => {
  for (const db of made) await expectNoLeftovers(db);
  await Promise.all(made.splice(0).map((db) => db.drop()));
});

async function database(): Promise<TestDatabase> {
  const db = await createTestDatabase('crash');
  made.push(db);
  return db;
}

/** `ledger` shows each statement that ran twice or never. */
const SETUP = `
  CREATE TABLE ledger (what text);
  CREATE TABLE t (a int, b text);
  INSERT INTO t SELECT n, n::text FROM generate_series(1, 50) AS n;
  CREATE INDEX dropped ON t (b, a);
  CREATE TYPE mood AS ENUM ('old');
  CREATE TABLE m (n int) PARTITION BY LIST (n);
  CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
  CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2);
  CREATE SCHEMA other;`;

const STEPS = `
  INSERT INTO ledger VALUES ('first');
  CREATE INDEX CONCURRENTLY named ON t (a);
  CREATE INDEX CONCURRENTLY ON t (b);
  CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS another ON t (a, lower(b)) WHERE a > 0;
  BEGIN; INSERT INTO ledger VALUES ('in a group'); INSERT INTO ledger VALUES ('in a group, too'); COMMIT;
  SET search_path = other, public;
  ALTER TYPE mood ADD VALUE 'new';
  INSERT INTO ledger SELECT 'new'::mood;
  ALTER TABLE m DETACH PARTITION m1${serverMajor() >= 14 ? ' CONCURRENTLY' : ''};
  DROP INDEX CONCURRENTLY dropped;
  REINDEX TABLE CONCURRENTLY t;
  VACUUM t;
  BEGIN; INSERT INTO ledger VALUES ('undone'); ROLLBACK;
  CREATE TABLE by_search_path ();
  INSERT INTO ledger VALUES ('last');`;

const FILES: Files = {
  '1_setup.sql': SETUP,
  '2_steps.sql': STEPS,
  '3_after.sql': `INSERT INTO ledger VALUES ('after')`,
};
const LEDGER = ['first', 'in a group', 'in a group, too', 'new', 'last', 'after'];

/** What the run comes to, and its messages, when nobody kills it. */
async function undisturbed(): Promise<{ state: EndState; messages: readonly string[] }> {
  const db = await database();
  const proxy = await startCountingProxy(db.connectionString);
  await (await migratorOn(proxy, FILES)).migrator.migrate();
  return { state: await endState(db.connectionString), messages: proxy.messages };
}

/** Kills a run there, runs again, and compares. @returns what is wrong, if anything. */
async function killAndFinish(directory: string, killAt: KillAt, expected: EndState): Promise<string | undefined> {
  const db = await createTestDatabase('crash');
  try {
    const { at, stderr } = await migrateUntilKilled(db, directory, killAt);
    if (at === undefined) return `it was never killed: ${stderr}`;
    const { migrator } = await migratorOn(db, directory);
    await migrator.migrate();
    expect(await endState(db.connectionString)).toEqual(expected);
    const { rows } = await db.query<{ what: string }>('SELECT what FROM ledger ORDER BY ctid');
    expect(rows.map(({ what }) => what)).toEqual(LEDGER);
    expect((await historyOf(db)).filter((row) => row.error_message !== null || row.running)).toEqual([]);
    await expectNoLeftovers(db);
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    await db.drop();
  }
}

/** Calls `work` for each, two at a time. */
async function inPairs<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const worker = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all([worker(), worker()]);
}

describe('a non-transactional file, in a process that is killed', () => {
  test('at any of its messages, is finished by the next run: each statement done once, the end the same', async () => {
    const { state, messages } = await undisturbed();
    const directory = await migrationsDirectory(FILES);
    const from = messages.findIndex((text) => text.includes(`'2_steps.sql'`)) + 1;
    // Killed after a message or before the next one, the server is in the same state: once for each suffices, and none
    // for reads.
    const points = messages.flatMap((text, i) => {
      const at = i + 1;
      if (at < from || text.startsWith('SELECT')) return [];
      return at === from
        ? (['before', 'after'] as const).map((freeze) => ({ at, freeze }))
        : [{ at, freeze: 'after' as const }];
    });
    expect(points.length).toBeGreaterThan(20);

    const wrong: string[] = [];
    await inPairs(points, async ({ at, freeze }) => {
      const problem = await killAndFinish(directory, (_text, nth) => (nth === at ? freeze : undefined), state);
      if (problem) wrong.push(`killed ${freeze} message ${at} (${(messages[at - 1] ?? '').slice(0, 100)}): ${problem}`);
    });
    expect(wrong).toEqual([]);
  }, 240_000);

  test('is reported by the next run: what was done, and where it continues', async () => {
    const db = await database();
    const directory = await migrationsDirectory(FILES);
    await migrateUntilKilled(db, directory, (text) => (text.startsWith('REINDEX TABLE') ? 'before' : undefined));
    const { migrator, warnings } = await migratorOn(db, directory);
    await migrator.migrate();
    expect(warnings()).toEqual([
      '2_steps.sql:12:3 continues where an earlier run stopped: 10 of its 15 steps are done; it goes on with "REINDEX TABLE CONCURRENTLY t". [RESUMED]',
    ]);
  });
});

describe('a statement of which nothing shows whether it took effect', () => {
  const files = {
    '1.sql': `CREATE TABLE ledger (what text);
      CREATE PROCEDURE in_parts() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ledger VALUES ('one'); COMMIT; INSERT INTO ledger VALUES ('two'); END $$`,
    '2.sql': `-- no-transaction\nINSERT INTO ledger VALUES ('zero');\nCALL in_parts();\nINSERT INTO ledger VALUES ('three');`,
    '3.sql': `INSERT INTO ledger VALUES ('four')`,
  };

  test.each(['before', 'after'] as const)(
    'stops the next runs, when the process was killed %s it, and both ways out work',
    async (freeze) => {
      const db = await database();
      const directory = await migrationsDirectory(files);
      const { at } = await migrateUntilKilled(db, directory, (text) => (text.startsWith('CALL') ? freeze : undefined));
      expect(at).toContain('CALL in_parts()');
      const before = await endState(db.connectionString);

      const { migrator } = await migratorOn(db, directory);
      for (let run = 1; run <= 2; run++) {
        const error = await failureOf(migrator.migrate(), InDoubtError);
        expect(error).toMatchObject({ code: 'IN_DOUBT', file: '2.sql', statement: 'CALL in_parts()' });
        expect(await endState(db.connectionString)).toEqual(before);
        expect(Object.keys(await outcomes(db))).toEqual(['1.sql', '2.sql']);
      }

      expect((await failureOf(migrator.migrate(), InDoubtError)).message).toContain(
        "If it took effect, continue after it with resolve('2.sql', 'done'); if it did not, execute it again with resolve('2.sql', 'again').",
      );
      expect(await migrator.resolve('2.sql', freeze === 'before' ? 'again' : 'done')).toBe('CALL in_parts()');
      await migrator.migrate();
      const { rows } = await db.query<{ what: string }>('SELECT what FROM ledger ORDER BY ctid');
      expect(rows.map(({ what }) => what)).toEqual(['zero', 'one', 'two', 'three', 'four']);
    },
  );
});

describe('a database that a file creates or drops', () => {
  const created: string[] = [];
  afterAll(async () => {
    const db = await createTestDatabase('crash');
    for (const name of created) await db.query(`DROP DATABASE IF EXISTS ${name}`);
    await db.drop();
  });

  test.each<[verb: string, freeze: 'before' | 'after']>([
    ['CREATE', 'before'],
    ['CREATE', 'after'],
    ['DROP', 'before'],
    ['DROP', 'after'],
  ])('by %s, in a process killed %s it, is there or not as if nothing had happened', async (verb, freeze) => {
    const db = await database();
    const [kept, gone] = [`${db.name}_kept`, `${db.name}_gone`];
    created.push(kept, gone);
    const files = {
      '1.sql': `CREATE DATABASE ${gone} TEMPLATE template0; CREATE DATABASE ${kept} TEMPLATE template0; DROP DATABASE ${gone}; CREATE TABLE last ()`,
    };
    const directory = await migrationsDirectory(files);
    const wanted = verb === 'CREATE' ? `CREATE DATABASE ${kept}` : `DROP DATABASE ${gone}`;
    const { at } = await migrateUntilKilled(db, directory, (text) => (text.startsWith(wanted) ? freeze : undefined));
    expect(at).toContain(wanted);
    await (await migratorOn(db, directory)).migrator.migrate();
    const { rows } = await db.query(`SELECT datname FROM pg_database WHERE datname LIKE '${db.name}\\_%'`);
    expect(rows).toEqual([{ datname: kept }]);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
  });
});
