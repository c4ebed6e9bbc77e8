import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { DatabaseConnectionError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { outcomes } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('lost');
afterEach(() => expectNoLeftovers(db, { patienceMs: 10_000 }));

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/**
 * A proxy that passes a message with this text on, lets the server finish it, and cuts the line before any answer comes
 * back. Once.
 */
async function cuttingProxy(text: string): Promise<string> {
  const url = new URL(db.connectionString);
  const target = { port: Number(url.port), host: url.hostname };
  let armed = true;
  const server = createServer((client) => {
    const upstream = connect(target);
    let cut = false;
    client.on('data', (chunk) => {
      upstream.write(chunk);
      if (!armed || !chunk.includes(text)) return;
      armed = false;
      cut = true;
      setTimeout(() => client.destroy(), 500);
    });
    upstream.on('data', (chunk) => void (cut || client.write(chunk)));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('close', () => other.destroy());
      one.on('error', () => {});
    }
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return url.href;
}

describe('when the connection is lost', () => {
  test('after everything was committed the run succeeds, and a warning says what happened', async () => {
    const connectionString = await cuttingProxy('CREATE TABLE one');
    const observed = await migratorOn(
      db,
      { '1.sql': 'CREATE TABLE one ()', '2.sql': 'CREATE TABLE two ()' },
      { connectionString },
    );
    expect((await observed.migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied' });
    const applied = observed.events.flatMap((event) => (event.type === 'migration-applied' ? [event.file] : []));
    expect(applied).toEqual(['1.sql', '2.sql']);
    expect(observed.events.at(-1)).toMatchObject({ type: 'run-finished', applied });
    expect(observed.warnings()).toEqual([
      expect.stringMatching(
        /^Run [0-9a-f-]{36} lost its connection, but the history shows that everything was applied before that: The connection was lost .*[^.]\. \[LOSS_RESOLVED\]$/,
      ),
    ]);
  });

  test('in the middle the error says what the history says', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE one ()',
      '2.sql': 'CREATE TABLE two (); SELECT pg_terminate_backend(pg_backend_pid())',
      '3.sql': 'CREATE TABLE three ()',
    });
    const error = await migrator.migrate().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DatabaseConnectionError);
    expect((error as Error).message).toContain(
      'The history says: applied 1.sql; not applied 2.sql, 3.sql. Start again.',
    );
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
  });

  test('in the middle, what this run had applied is reported as applied', async () => {
    const connectionString = await cuttingProxy('CREATE TABLE one');
    const { migrator, events } = await migratorOn(
      db,
      { '1.sql': 'CREATE TABLE one ()', '2.sql': 'SELECT pg_terminate_backend(pg_backend_pid())' },
      { connectionString },
    );
    const { message } = await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(message).toContain('The history says: applied 1.sql; not applied 2.sql.');
    const applied = events.flatMap((event) => (event.type === 'migration-applied' ? [event.file] : []));
    expect(applied).toEqual(['1.sql']);
    expect(events.at(-1)).toMatchObject({ type: 'run-failed', code: 'CONNECTION_LOST', applied });
  });

  test('a pool with one connection is no hindrance to finding out', async () => {
    const pool = db.pool({ max: 1 });
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT pg_terminate_backend(pg_backend_pid())' }, { pool });
    await expect(migrator.migrate()).rejects.toThrow('not applied 1.sql');
    await pool.end();
  });
});
