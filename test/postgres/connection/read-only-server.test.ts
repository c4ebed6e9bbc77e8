import { afterEach, describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseConnectionError, type MigrationError } from '../../../src/migrator.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { usePasswordServer } from './password-server.js';

const db = useEmptyDatabase('read_only');
const secured = usePasswordServer();
const files = { '1.sql': 'CREATE TABLE one ()', '2.sql': 'CREATE TABLE two ()' };
afterEach(() => expectNoLeftovers(db));

describe('a server that only reads', () => {
  test('because the database says so, still serves a run with nothing to do, and refuses the rest', async () => {
    const { migrator, directory } = await migratorOn(db, files);
    await migrator.migrate();
    await db.query(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`,
    );
    expect((await migrator.migrate()).applied).toEqual([]);
    await writeFile(join(directory, '3.sql'), 'CREATE TABLE three ()');
    const refused = async (): Promise<MigrationError> => failureOf(migrator.migrate(), DatabaseConnectionError);
    const message = expect.stringMatching(/default_transaction_read_only is on.*RESET default_transaction_read_only/);
    expect(await refused()).toMatchObject({ code: 'READ_ONLY', message });
    expect((await refused()).message).not.toContain('Connect to the primary');
    const fresh = await migratorOn(db, files, { table: 'fresh' });
    expect(await failureOf(fresh.migrator.migrate(), DatabaseConnectionError)).toMatchObject({
      code: 'READ_ONLY',
      message,
    });
    const inspecting = await migratorOn(db, { '1.sql': 'SELECT 1' }, { tracking: false });
    await inspecting.migrator.migrate();
    const writing = await migratorOn(db, { '1.sql': 'CREATE TABLE one_more ()' }, { tracking: false });
    await expect(writing.migrator.migrate()).rejects.toThrow('read-only transaction');
    expect((await migrator.status()).summary).toMatchObject({ applied: 2, pending: 1, failed: 0 });
    await withClient(db.connectionString, async (client) => {
      await client.query('SET default_transaction_read_only = off');
      await client.query(
        `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$`,
      );
    });
    expect((await migrator.migrate()).applied).toEqual(['3.sql']);
  });

  test('because it is a standby, still serves a run with nothing to do, and refuses the rest', async () => {
    const url = secured.server.connectionString('app');
    const { migrator, directory } = await migratorOn(
      db,
      { '1.sql': 'SELECT 1' },
      { connectionString: url, table: 'stood_by' },
    );
    await migrator.migrate();
    await secured.server.stop();
    const signal = join(secured.server.dataDirectory, 'standby.signal');
    await writeFile(signal, '', { mode: 0o666 });
    await secured.server.start();
    expect((await migrator.migrate()).applied).toEqual([]);
    await writeFile(join(directory, '2.sql'), 'CREATE TABLE two_more ()');
    const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(error).toMatchObject({ code: 'READ_ONLY', message: expect.stringContaining('read-only standby') });
    expect((await migrator.status()).summary).toMatchObject({ applied: 1, pending: 1 });
    await secured.server.stop();
    await rm(signal, { force: true });
    await secured.server.start();
    expect((await migrator.migrate()).applied).toEqual(['2.sql']);
  });
});
