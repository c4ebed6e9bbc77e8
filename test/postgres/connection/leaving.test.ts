import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect as connectSocket, createServer, Socket, type AddressInfo } from 'node:net';
import { connect } from '../../../src/postgres/connection/connect.js';
import type { PgConnection } from '../../../src/postgres/connection/pg-connection.js';
import { useTestDatabase } from '../../support/server/use-test-database.js';

const db = useTestDatabase('leaving');
const sockets = new Set<Socket>();
const closing: (() => void)[] = [];

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const close of closing.splice(0)) close();
});

/** The port of a proxy that passes on all data, but does not tell the client that the server has closed. */
async function startSilentProxy(): Promise<number> {
  const { hostname, port } = new URL(db.connectionString);
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connectSocket(Number(port), hostname);
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => client.write(chunk));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function open(port: number): Promise<{ connection: PgConnection; socket: Socket }> {
  const socket = new Socket();
  const { username: user, password, pathname } = new URL(db.connectionString);
  const config = { host: '127.0.0.1', port, user, password, database: pathname.slice(1), stream: () => socket };
  return { connection: await connect(config, { connectTimeoutMs: 5_000 }), socket };
}

test('a connection that only read is closed without waiting for the server to close it', async () => {
  const { connection, socket } = await open(await startSilentProxy());
  await connection.query('SELECT 1');
  await connection.release();
  expect({ sent: socket.writableFinished, closed: socket.destroyed }).toEqual({ sent: true, closed: false });
});

test('a connection that did more is ended when the server has closed it', async () => {
  const { connection, socket } = await open(Number(new URL(db.connectionString).port));
  await connection.run('SELECT 1');
  await connection.release();
  expect(socket.destroyed).toBe(true);
});

test('a connection that the server has closed already is ended too', async () => {
  const { connection, socket } = await open(Number(new URL(db.connectionString).port));
  const closed = once(socket, 'close');
  await db.query(`SELECT pg_terminate_backend(${connection.processId})`);
  await closed;
  await connection.release();
  expect(socket.destroyed).toBe(true);
});
