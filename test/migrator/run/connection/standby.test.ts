import { expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseConnectionError } from '../../../../src/migrator.js';
import { query, withClient } from '../../../support/database/database.js';
import { endState } from '../../../support/database/end-state.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { startPrivateServer } from '../../../support/server/private-server.js';
import { until } from '../../../support/jest/until.js';

const STEP = 42;
const FILES = {
  '1.sql': `CREATE TABLE ran (file text); INSERT INTO ran VALUES ('1.sql')`,
  '2.sql': `INSERT INTO ran VALUES ('2.sql'); SELECT pg_advisory_xact_lock_shared(${STEP})`,
  '3.sql': `INSERT INTO ran VALUES ('3.sql')`,
};

test('a primary that becomes a standby under a run: it and who waits end typed, nothing more changes, and after a promotion all is finished', async () => {
  const server = await startPrivateServer();
  const db = { connectionString: server.connectionString() };
  const ask = (sql: string): Promise<Record<string, unknown>[]> => query(sql, db.connectionString);

  await withClient(db.connectionString, async (client) => {
    await client.query(`SELECT pg_advisory_lock(${STEP})`);
    const running = await migratorOn(db, FILES);
    const lost = failureOf(running.migrator.migrate(), DatabaseConnectionError);
    await until(async () => (await ask('SELECT FROM pg_locks WHERE NOT granted')).length > 0);
    const waiting = await migratorOn(db, running.directory);
    const waitedInVain = failureOf(waiting.migrator.migrate(), DatabaseConnectionError);
    await until(() => waiting.events.some(({ type }) => type === 'lock-waiting'));

    const demotedAt = Date.now();
    await server.stop();
    await writeFile(join(server.dataDirectory, 'standby.signal'), '', { mode: 0o666 });
    await server.start();

    const error = await lost;
    expect(error.code).toBe('CONNECTION_LOST');
    expect(error.message).toContain('The history says: applied 1.sql; not applied 2.sql, 3.sql. ');
    expect(error.message).toContain('The server that responds now is a read-only standby');
    expect((await waitedInVain).code).toBe('CONNECTION_LOST');
    expect(Date.now() - demotedAt).toBeLessThan(20_000);
  });

  const before = await endState(db.connectionString);
  const { migrator } = await migratorOn(db, FILES);
  expect(await failureOf(migrator.migrate(), DatabaseConnectionError)).toMatchObject({ code: 'READ_ONLY' });
  expect(await endState(db.connectionString)).toEqual(before);
  expect((await migrator.status()).summary).toMatchObject({ applied: 1, pending: 2, failed: 0 });
  expect(await migrator.health()).toMatchObject({ up: false });

  await ask('SELECT pg_promote()');
  await until(async () => (await ask('SELECT pg_is_in_recovery() AS standby'))[0]?.['standby'] === false);
  expect((await migrator.migrate()).applied).toEqual(['2.sql', '3.sql']);
  expect(await migrator.health()).toMatchObject({ up: true });
  expect(await ask('SELECT file FROM ran ORDER BY 1')).toEqual(Object.keys(FILES).map((file) => ({ file })));
  await migrator.close();
  await expectNoLeftovers(db);
}, 60_000);
