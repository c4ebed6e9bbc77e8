import { EventEmitter, once } from 'node:events';
import { Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { ReusedConnections } from '../../../src/postgres/connection/reused-connections.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { useTestDatabase } from '../../support/server/use-test-database.js';

const db = useTestDatabase('reused');
afterEach(() => expectNoLeftovers(db));
const SETTINGS = { connectTimeoutMs: 30_000 };

/** A socket that connects once something has happened. */
class HeldSocket extends Socket {
  constructor(private readonly until: Promise<unknown>) {
    super();
  }

  override connect(...args: unknown[]): this {
    void this.until.then(() => super.connect(...(args as [number, string])));
    return this;
  }
}

test('a user gets the session that was opened for it, even if an earlier user still waits for its own', async () => {
  const network = new EventEmitter();
  const sockets = [new HeldSocket(once(network, 'up')), new HeldSocket(Promise.resolve())];
  const { connectionString } = db;
  const sessions = new ReusedConnections({ connectionString, stream: () => sockets.shift() });
  const users = ['first', 'second'].map(async (name) => ({ name, connection: await sessions.take(SETTINGS) }));
  const early = await Promise.race(users);
  expect(early.name).toBe('second');
  early.connection.markDirty(); // nobody else may have it
  await early.connection.release();
  network.emit('up');
  await (await users[0])?.connection.release();
});
