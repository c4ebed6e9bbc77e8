import { afterEach, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MigrationFailedError, type MigrationEvent } from '../../src/migrator.js';
import { withClient } from '../support/database/database.js';
import { startCountingProxy } from '../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { outcomes, relations } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { type Files, migratorOn } from '../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { until } from '../support/jest/until.js';

const db = useEmptyDatabase('batches');
afterEach(() => expectNoLeftovers(db));

/** Connect, read, facts, lock, read again, check the table, create it, run everything, unlock. */
const ROUND_TRIPS_OF_A_FIRST_RUN = 9;
const ROUND_TRIP_MS = 10;

const numbered = (count: number, sql: (n: number) => string): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${String(i + 1).padStart(3, '0')}_x.sql`, sql(i + 1)]));

/** Files of every kind that can share a message. */
const mixed = (n: number): string =>
  [
    `CREATE TABLE t${n} (id int);\nINSERT INTO t${n} VALUES (${n});`,
    `BEGIN;\r\nCREATE TABLE t${n} (id int);\r\nCOMMIT;\r\n`,
    `SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; CREATE TABLE t${n} (id int)`,
    `SET search_path = pg_catalog; SET ROLE pg_monitor; RESET ROLE; CREATE TABLE public.t${n} (); -- 😀`,
    `-- nothing ${n}`,
  ][n % 5] as string;

const plain = (n: number): string => `CREATE TABLE t${n} (id int); INSERT INTO t${n} VALUES (1)`;

/** What a runner does that sends a message for each file and records nothing. */
async function oneMessageEach(connectionString: string, directory: string): Promise<void> {
  await withClient(connectionString, async (client) => {
    for (const file of readdirSync(directory).toSorted())
      await client.query(`BEGIN; ${readFileSync(join(directory, file), 'utf8')}\n; COMMIT`);
  });
}

describe('a network with round trips of 10 ms', () => {
  test('sees 32 files in a few round trips, next to one for each file', async () => {
    const directory = await migrationsDirectory(numbered(32, plain));
    const [ours, each] = await Promise.all(
      [1, 2].map(() => startCountingProxy(db.connectionString, { roundTripMs: ROUND_TRIP_MS })),
    );
    if (!ours || !each) throw new Error('no proxies');

    await oneMessageEach(each.connectionString, directory);
    await db.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    const { migrator } = await migratorOn(ours, directory);
    expect((await migrator.migrate()).applied).toHaveLength(32);

    expect(each.traffic().roundTrips).toBe(1 + 32);
    expect(ours.traffic().roundTrips).toBeLessThanOrEqual(ROUND_TRIPS_OF_A_FIRST_RUN);
    expect(ours.traffic().connections).toBe(1);
  });

  test('is crossed as often for 200 files of every kind as for 10, and once to see that nothing is pending', async () => {
    const counts: number[] = [];
    for (const count of [10, 200]) {
      const table = `history_${count}.migrations`;
      const directory = await migrationsDirectory(numbered(count, mixed));
      const first = await startCountingProxy(db.connectionString);
      await (await migratorOn(first, directory, { table })).migrator.migrate();
      counts.push(first.traffic().roundTrips);

      const second = await startCountingProxy(db.connectionString);
      await (await migratorOn(second, directory, { table })).migrator.migrate();
      expect([second.traffic().roundTrips, second.messages.length]).toEqual([1 + 1, 1]);
      await db.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    }
    expect(counts[1]).toBe(counts[0]);
    expect(counts[0]).toBeLessThanOrEqual(ROUND_TRIPS_OF_A_FIRST_RUN);
  });

  test('loses no file around one that must travel alone', async () => {
    const alone = `SET standard_conforming_strings = off; CREATE TABLE t5 (a text DEFAULT 'it\\'s')`;
    const files = numbered(10, (n) => (n === 5 ? alone : `CREATE TABLE t${n} ()`));
    const proxy = await startCountingProxy(db.connectionString);
    await (await migratorOn(proxy, files)).migrator.migrate();
    expect(await relations(db)).toHaveLength(10);
    expect(Object.values(await outcomes(db))).toEqual(Array(10).fill('applied'));
  });
});

describe('while a message runs', () => {
  test('what is applied is reported, and stands in the history, before a later file of the same message ends', async () => {
    const proxy = await startCountingProxy(db.connectionString);
    // The last file ends when its lock is released, and that waits for the events of those before it.
    await db.query('CREATE TABLE gate ()');
    const files = {
      '1.sql': 'CREATE TABLE a ()',
      '2.sql': 'CREATE TABLE b ()',
      '3.sql': 'LOCK gate; CREATE TABLE c ()',
    };
    await withClient(db.connectionString, async (gatekeeper) => {
      await gatekeeper.query('BEGIN; LOCK gate');
      const heard: string[] = [];
      const onEvent = (event: MigrationEvent): void => {
        heard.push(`${event.type} ${'file' in event ? event.file : ''}`.trim());
      };
      const { migrator } = await migratorOn(proxy, files, { onEvent });
      const run = migrator.migrate();
      await until(() => heard.includes('migration-started 3.sql'));
      expect(heard).toEqual([
        'run-started',
        'lock-acquired',
        'run-planned',
        'migration-started 1.sql',
        'migration-applied 1.sql',
        'migration-started 2.sql',
        'migration-applied 2.sql',
        'migration-started 3.sql',
      ]);
      expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied' });
      await gatekeeper.query('COMMIT');
      await run;
    });
    expect(proxy.messages.filter((text) => text.includes('CREATE TABLE a') || text.includes('LOCK gate'))).toHaveLength(
      1,
    );
  });
});

const good = (n: number): string => `CREATE TABLE t${n} (); -- 😀`;
/** Everything in the error but what the run knows of other files. */
const essence = ({ message, failure, cause }: MigrationFailedError): unknown => ({
  message: message.split('\n').filter((line) => !/applied in this run|still pending/.test(line)),
  location: failure.location,
  sqlstate: failure.server.sqlstate,
  detail: failure.server.detail,
  aftermath: failure.aftermath,
  cause: String(cause),
});

describe('file k of a message that fails', () => {
  test.each<[string, string]>([
    ['with a position of the server', `SELECT 'é😀';\r\nSELECT nope;`],
    ['found by counting', 'SELECT 1;\n-- why\n  CREATE TABLE seed ();'],
    ['with detail and hint', `INSERT INTO keyed VALUES (1);`],
    ['inside a function', `SELECT 1;\nDO $$ BEGIN RAISE EXCEPTION 'no' USING HINT = 'yes', DETAIL = 'é'; END $$`],
    ['at its COMMIT', 'INSERT INTO late VALUES (7);\nSELECT 1;'],
    ['in its own transaction', 'BEGIN ISOLATION LEVEL SERIALIZABLE;\nSELECT 1/0;\nCOMMIT;'],
    ['in a syntax error', 'SELECT 1;\n  SELEC 2;'],
    ['in an unfinished string', `SELECT 1;\nSELECT 'open`],
    ['behind SET TRANSACTION', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nSELECT 1/0'],
    ['in the middle of a multi-line statement', 'SELECT\n  1,\n\tnope,\n  3;'],
  ])(
    '%s is reported in the same words as alone; everything before it is recorded, nothing after it is touched',
    async (_s, sql) => {
      const seed =
        'CREATE TABLE IF NOT EXISTS seed (); CREATE TABLE keyed (id int PRIMARY KEY); INSERT INTO keyed VALUES (1);' +
        'CREATE TABLE late (id int REFERENCES keyed DEFERRABLE INITIALLY DEFERRED)';
      await db.query(seed);
      const alone = await migratorOn(db, { '005_x.sql': sql }, { table: 'alone.history' });
      const expected = await failureOf(alone.migrator.migrate(), MigrationFailedError);

      const files = numbered(9, (n) => (n === 5 ? sql : good(n)));
      const { migrator } = await migratorOn(db, files);
      const error = await failureOf(migrator.migrate(), MigrationFailedError);
      expect(essence(error)).toEqual(essence(expected));

      const all = Object.keys(files);
      expect(error.failure.applied).toEqual(all.slice(0, 4));
      expect(error.failure.pending).toEqual(all.slice(5));
      expect(Object.keys(await outcomes(db))).toEqual(all.slice(0, 5));
      expect((await relations(db)).filter((name) => /^t\d$/.test(name))).toEqual(['t1', 't2', 't3', 't4']);
      expect(await outcomes(db)).toMatchObject(Object.fromEntries(all.slice(0, 4).map((file) => [file, 'applied'])));
    },
  );
});
