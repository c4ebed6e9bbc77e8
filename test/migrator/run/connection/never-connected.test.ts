import { describe, expect, test } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { InterruptedError, type Migrator } from '../../../../src/migrator.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a run that is interrupted before it reached the database', () => {
  const asks: Record<string, (migrator: Migrator, signal: AbortSignal) => Promise<unknown>> = {
    migrate: (migrator, signal) => migrator.migrate({ signal }),
    mark: (migrator, signal) => migrator.mark('1.sql', { signal }),
  };

  test.each(Object.entries(asks))('%s says that nothing was run', async (_, ask) => {
    const controller = new AbortController();
    const { migrator, events } = await migratorOn(
      { connectionString: `postgres://app@127.0.0.1:${await deadPort()}/app` },
      { '1.sql': 'SELECT 1' },
    );
    const ended = failureOf(ask(migrator, controller.signal), InterruptedError);
    setTimeout(() => controller.abort('SIGTERM'), 300);
    const error = await ended;
    expect(error).toMatchObject({ by: 'SIGTERM', outcome: 'before', applied: [], pending: [] });
    expect(error.message).toBe('The run was interrupted by SIGTERM before anything was run. [INTERRUPTED]');
    expect(error.message).not.toMatch(/rolled back/);
    for (const event of events.slice(-1))
      expect(event).toMatchObject({ type: 'run-interrupted', error: error.message });
  });

  test('while the server accepts the connection and never answers', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const sockets = new Set<{ destroy: () => void }>();
    const asked = new Promise((resolve) => {
      server.on('connection', (socket) => {
        sockets.add(socket.on('error', () => {}));
        socket.once('data', resolve);
      });
    });
    try {
      const controller = new AbortController();
      const { migrator } = await migratorOn(
        { connectionString: `postgres://app@127.0.0.1:${port}/app` },
        { '1.sql': 'SELECT 1' },
      );
      const ended = failureOf(migrator.migrate({ signal: controller.signal }), InterruptedError);
      await asked;
      controller.abort('SIGINT');
      expect((await ended).message).toBe('The run was interrupted by SIGINT before anything was run. [INTERRUPTED]');
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });
});
