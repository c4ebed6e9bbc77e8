import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { HistoryTableError, LockTimeoutError, type MigratorOptions } from '../../../src/migrator.js';
import { lockKey } from '../../../src/postgres/lock/lock.js';
import { serverRole, withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('host_parsers');

const { builtins } = pg.types;
const TEXT_ARRAY = 1009;
const INT4_ARRAY = 1007;
const OIDS = [
  builtins.BOOL,
  builtins.INT4,
  builtins.INT8,
  builtins.NUMERIC,
  builtins.FLOAT8,
  builtins.TEXT,
  builtins.TIMESTAMP,
  builtins.TIMESTAMPTZ,
  builtins.JSONB,
  TEXT_ARRAY,
  INT4_ARRAY,
];
const usual = OIDS.map((oid): unknown => pg.types.getTypeParser(oid));

beforeEach(() => {
  for (const oid of OIDS) pg.types.setTypeParser(oid, (value) => ({ odd: value }));
});
afterEach(() => {
  for (const [i, oid] of OIDS.entries()) pg.types.setTypeParser(oid, usual[i] as (value: string) => unknown);
});

const FILES = {
  '1.sql': 'CREATE TABLE one (id int)',
  '2.sql': 'CREATE TABLE two (id int); CREATE INDEX CONCURRENTLY i ON two (id); SELECT 1',
};

describe('a host that installs parsers of its own for the types of the server', () => {
  test.each<[string, MigratorOptions]>([
    ['a session lock', { lock: 'session' }],
    ['a transaction lock', { lock: 'transaction' }],
    ['a role', { role: serverRole() }],
  ])('does not change migrate() and status() with %s', async (_name, options) => {
    const { migrator } = await migratorOn(db, FILES, options);
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    expect((await migrator.migrate()).applied).toEqual([]);
    const { summary, migrations } = await migrator.status();
    expect(summary).toMatchObject({ applied: 2, pending: 0, failed: 0 });
    for (const { row } of migrations) {
      expect(row?.durationMs).toEqual(expect.any(Number));
      expect(row?.executedAt?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    }
    expect(await migrator.health()).toMatchObject({ up: true });
  });

  test('does not change the error of a run that waited for the lock in vain', async () => {
    await withClient(db.connectionString, async (client) => {
      const key = lockKey(db.name, { schema: 'shared', table: 'schema_migrations' });
      await client.query('SELECT pg_advisory_lock($1::bigint)', [key]);
      const { migrator } = await migratorOn(db, FILES, { timeouts: { migrationLock: 0 } });
      const { holder, message } = await failureOf(migrator.migrate(), LockTimeoutError);
      expect(holder).toMatchObject({ pid: expect.any(Number), since: expect.any(Date), blockedBy: [] });
      expect(message).toMatch(/held by backend \d+ \(test-support\), connected since \d{4}-/);
    });
  });

  test('does not change how a table made by hand is upgraded, or refused', async () => {
    await db.query(
      `CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (migration_file text, error_message text);
       INSERT INTO shared.schema_migrations VALUES ('1.sql'), ('1.sql')`,
    );
    const { migrator } = await migratorOn(db, FILES);
    const refused = await failureOf(migrator.migrate(), HistoryTableError);
    expect(refused.message).toContain('holds some migrations more than once: 1.sql (2 rows)');
    await db.query('TRUNCATE shared.schema_migrations');
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
  });

  test('does not change how an invalid index is found and an interrupted step is resumed', async () => {
    await db.query('CREATE TABLE two (id int); INSERT INTO two VALUES (1), (1)');
    const build = { '1.sql': 'CREATE UNIQUE INDEX CONCURRENTLY i ON two (id); SELECT 1' };
    const { migrator, warnings } = await migratorOn(db, build);
    await expect(migrator.migrate()).rejects.toThrow('could not create unique index');
    await db.query('DELETE FROM two');
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
    expect(warnings()).toContainEqual(
      expect.stringMatching(/^Index public\.i was invalid, .* has been dropped\. \[INVALID_INDEX_DROPPED\]$/),
    );
  });

  test('does not change what is imported from another tool', async () => {
    await db.query(
      `CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint, is_applied boolean, tstamp timestamp DEFAULT now());
       INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true)`,
    );
    const { migrator } = await migratorOn(db, FILES);
    expect(await migrator.importFrom('goose')).toMatchObject({ recorded: ['1.sql'] });
  });
});
