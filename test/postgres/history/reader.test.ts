import { afterEach, describe, expect, test } from '@jest/globals';
import { DatabaseConnectionError } from '../../../src/migrator.js';
import { HistoryScope } from '../../../src/core/target/history-scope.js';
import { parseTableName } from '../../../src/core/target/table.js';
import { ReadConnections } from '../../../src/postgres/connection/read-connections.js';
import { PgHistoryReader } from '../../../src/postgres/history/reader.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { readersOf } from './readers-of.js';

const db = useEmptyDatabase('reader');
afterEach(() => expectNoLeftovers(db));

const scope = new HistoryScope(parseTableName('shared.schema_migrations'));
const files = { '1.sql': 'CREATE TABLE one ()', '2.sql': 'CREATE TABLE two ()' };

describe('a read', () => {
  test('of a database without a history finds none, and creates nothing', async () => {
    const { migrator } = await migratorOn(db, files);
    expect((await migrator.status()).summary).toMatchObject({ total: 2, pending: 2, applied: 0 });
    expect(await migrator.history()).toEqual([]);
    expect((await migrator.plan()).migrations.map(({ file }) => file)).toEqual(['1.sql', '2.sql']);
    expect((await migrator.health()).up).toBe(false);
    expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
  });

  test('is one message that only selects, for each of status, plan, history, health, drift and validation', async () => {
    await (await migratorOn(db, files)).migrator.migrate();
    const proxy = await startCountingProxy(db.connectionString);
    const { migrator } = await migratorOn(proxy, files, { catalog: false }); // drift() reads it in its own transaction
    const reads = [...readersOf(migrator), () => migrator.pending()];
    for (const read of reads) await read();
    expect(proxy.messages).toHaveLength(reads.length);
    expect(proxy.messages.every((text) => /^SELECT [^;]*$/.test(text))).toBe(true);
    expect(proxy.traffic().connections).toBe(1);
  });

  test('gives every column as it is, in the types of this language', async () => {
    await (
      await migratorOn(db, { '1.sql': 'SELECT 1', '2.sql': '-- no-transaction\nSELECT 1; SELECT 1/0' })
    ).migrator
      .migrate()
      .catch(() => {});
    await db.query(`UPDATE shared.schema_migrations SET executed_at = '2024-02-29 12:34:56.789+00'`);
    const connections = new ReadConnections(db.connectionString, 5_000);
    const { rows } = await new PgHistoryReader(connections, scope).read();
    await connections.close();
    expect(rows.toSorted((a, b) => (a.file < b.file ? -1 : 1))).toMatchObject([
      {
        file: '1.sql',
        state: 'applied',
        executedAt: new Date('2024-02-29T12:34:56.789Z'),
        durationMs: expect.any(Number),
        error: null,
        origin: 'migrate',
        progress: null,
      },
      {
        file: '2.sql',
        state: 'failed',
        error: expect.stringContaining('22012'),
        progress: { done: 1, total: 2, doneChecksum: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ]);
  });

  test('that finds the table locked gives up after its time, and is not counted as empty', async () => {
    await (await migratorOn(db, files)).migrator.migrate();
    const { migrator } = await migratorOn(db, files, { timeouts: { read: 500 } });
    await withClient(db.connectionString, async (client) => {
      await client.query('BEGIN; LOCK TABLE shared.schema_migrations');
      const startedAt = performance.now();
      const error = await failureOf(migrator.status(), DatabaseConnectionError);
      expect(error).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('within 500 ms') });
      expect(performance.now() - startedAt).toBeLessThan(3_000);
      await client.query('COMMIT');
    });
    expect((await migrator.status()).summary.applied).toBe(2);
  });

  test('works again after the server ended its connection', async () => {
    const { migrator } = await migratorOn(db, files);
    await migrator.migrate();
    await migrator.status();
    await db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await migrator.status()).summary.applied).toBe(2);
  });

  test('uses the pool of the application, and leaves nothing behind on it', async () => {
    const pool = db.pool({ max: 1 });
    const { migrator } = await migratorOn(db, files, { pool });
    await migrator.migrate();
    for (let i = 0; i < 12; i++) await migrator.status();
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
    const client = await pool.connect();
    expect(client.listenerCount('error')).toBe(1); // that of the test's own pool
    client.release();
    await migrator.close();
    expect((await migrator.status()).summary.applied).toBe(2);
    await pool.end();
  });

  test('may come again after everything was closed', async () => {
    const { migrator } = await migratorOn(db, files);
    await migrator.status();
    await migrator.close();
    await migrator.close();
    expect((await migrator.status()).summary.pending).toBe(2);
  });

  test('may use another connection than migrating does', async () => {
    const reading = await startCountingProxy(db.connectionString);
    const migrating = await startCountingProxy(db.connectionString);
    const { migrator } = await migratorOn(db, files, {
      connectionString: reading.connectionString,
      migrateWith: { connectionString: migrating.connectionString },
    });
    await migrator.migrate();
    expect([reading.traffic().connections, migrating.traffic().connections]).toEqual([0, 1]);
    await migrator.status();
    expect([reading.traffic().connections, migrating.traffic().connections]).toEqual([1, 1]);
  });
});
