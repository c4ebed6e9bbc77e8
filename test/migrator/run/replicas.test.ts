import { afterEach, describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { MigrationFailedError, runMigrationsWithTracking } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { type Files, migratorOn } from '../../support/migrator/migrator-on.js';
import { runProcess } from '../../support/programs/process.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';

const db = useEmptyDatabase('replicas');
afterEach(() => expectNoLeftovers(db));

const CHILD = fileURLToPath(new URL('replicas.child.mjs', import.meta.url));
const EIGHT = Array.from({ length: 8 }, (_, i) => i);

/** Each notes that it ran; running twice would show twice, or fail. */
const files: Files = {
  '001_ran.sql': `CREATE TABLE ran (file text); INSERT INTO ran VALUES ('001_ran.sql')`,
  '002_table.sql': `CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 2000); INSERT INTO ran VALUES ('002_table.sql')`,
  '003_index.sql': `CREATE INDEX CONCURRENTLY i ON t (id); INSERT INTO ran VALUES ('003_index.sql')`,
  '004_slow.sql': `SELECT pg_sleep(0.1); INSERT INTO ran VALUES ('004_slow.sql')`,
  '005_last.sql': `CREATE TABLE last (); INSERT INTO ran VALUES ('005_last.sql')`,
};
const names = Object.keys(files);

async function expectEachOnce(applied: readonly string[]): Promise<void> {
  expect(applied.toSorted()).toEqual(names);
  expect((await db.query('SELECT file FROM ran ORDER BY 1')).rows.map(({ file }) => file)).toEqual(names);
  expect(await outcomes(db)).toEqual(Object.fromEntries(names.map((name) => [name, 'applied'])));
  expect((await db.query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass`)).rows).toEqual([
    { indisvalid: true },
  ]);
}

describe('eight at once on an empty database', () => {
  test('apply each migration exactly once: processes', async () => {
    const directory = await migrationsDirectory(files);
    const results = await Promise.all(
      EIGHT.map(() => runProcess(process.execPath, [CHILD, db.connectionString, directory])),
    );
    expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual(EIGHT.map(() => ({ code: 0, stderr: '' })));
    await expectEachOnce(results.flatMap(({ stdout }) => JSON.parse(stdout) as string[]));
  });

  test('apply each migration exactly once: pools in one process', async () => {
    const directory = await migrationsDirectory(files);
    const pools = EIGHT.map(() => db.pool({ max: 2 }));
    const runs = await Promise.all(pools.map((pool) => runMigrationsWithTracking(pool, { directory })));
    await Promise.all(pools.map((pool) => pool.end()));
    await expectEachOnce(runs.flatMap(({ applied }) => applied));
  });

  test('apply each migration exactly once: one pool with fewer clients than runs', async () => {
    const directory = await migrationsDirectory(files);
    const pool = db.pool({ max: 3 });
    const runs = await Promise.all(EIGHT.map(() => runMigrationsWithTracking(pool, { directory })));
    await pool.end();
    await expectEachOnce(runs.flatMap(({ applied }) => applied));
  });

  test('all fail when a migration fails, and each says which', async () => {
    const observed = await Promise.all(EIGHT.map(() => migratorOn(db, { ...files, '004_slow.sql': 'SELECT 1/0' })));
    const results = await Promise.allSettled(observed.map(({ migrator }) => migrator.migrate()));
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { file: '004_slow.sql' } });
      expect((result as PromiseRejectedResult).reason).toBeInstanceOf(MigrationFailedError);
    }
    expect(await outcomes(db)).toMatchObject({
      '003_index.sql': 'applied',
      '004_slow.sql': expect.stringContaining('22012'),
    });
    expect((await db.query('SELECT count(*)::int AS n FROM ran')).rows).toEqual([{ n: 3 }]);
  });

  test('of two releases leave every migration of the newer one applied once', async () => {
    const older = Object.fromEntries(Object.entries(files).slice(0, 3));
    const observed = await Promise.all(EIGHT.map((i) => migratorOn(db, i % 2 === 0 ? files : older)));
    const runs = await Promise.all(observed.map(({ migrator }) => migrator.migrate()));
    await expectEachOnce(runs.flatMap(({ applied }) => applied));
  });
});
