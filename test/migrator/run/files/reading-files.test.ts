import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createMigrator, migrationsOf } from '../../../../src/composition/create-migrator.js';
import { resolveMigratorOptions } from '../../../../src/composition/validation/migrator-options.js';
import type { MigrationSource } from '../../../../src/core/ports/ports.js';
import { DirectoryError, type Migrator, type MigratorOptions } from '../../../../src/migrator.js';
import { startCountingProxy } from '../../../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../../support/files/temp-directory.js';
import { until } from '../../../support/jest/until.js';

const db = useEmptyDatabase('reading_files');
const servers: { server: Server; sockets: Set<Socket> }[] = [];

afterEach(() => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

/** A server that takes connections and says nothing, and what it has heard. */
async function startMute(): Promise<{ connectionString: string; heard: () => number }> {
  const sockets = new Set<Socket>();
  let heard = 0;
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('data', (chunk) => (heard += chunk.length)));
  });
  servers.push({ server, sockets });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { connectionString: `postgres://app@127.0.0.1:${port}/app`, heard: () => heard };
}

/** A migrator that counts how often its files are read. */
async function countingReads(options: MigratorOptions): Promise<{ migrator: Migrator; reads: () => number }> {
  const resolved = resolveMigratorOptions({
    directory: await migrationsDirectory({ '1_a.sql': 'SELECT 1' }),
    ...options,
  });
  const { source: inner, compiler } = migrationsOf(resolved);
  let reads = 0;
  const source: MigrationSource = {
    read: () => inner.read(),
    refresh: () => inner.refresh(),
    list: async () => {
      const listed = await inner.list();
      return { count: listed.count, read: () => (reads++, listed.read()) };
    },
  };
  return { migrator: createMigrator(resolved, () => {}, { source, compiler }), reads: () => reads };
}

describe('a run reads its files', () => {
  test.each(['connection string', 'pool'])('while the server answers, with a %s', async (kind) => {
    const { connectionString, heard } = await startMute();
    const way = kind === 'pool' ? { pool: db.pool({ connectionString }) } : { connectionString };
    const { migrator, reads } = await countingReads(way);
    const controller = new AbortController();
    const ended = migrator.migrate({ signal: controller.signal }).catch((error: unknown) => error);
    await until(() => heard() > 0 && reads() > 0);
    controller.abort();
    expect(await ended).toMatchObject({ code: 'INTERRUPTED' });
    await migrator.close();
  });

  test('once, although it connects again', async () => {
    const { migrator, reads } = await countingReads({
      connectionString: db.connectionString,
      directory: await migrationsDirectory({
        '1_a.sql': `ALTER DATABASE "${db.name}" SET work_mem = '5MB'`,
        '2_b.sql': 'SELECT 2',
      }),
    });
    expect((await migrator.migrate()).applied).toHaveLength(2);
    expect(reads()).toBe(1);
    await migrator.close();
  });

  test('after it has listed the directory, and connects to no database without one', async () => {
    const proxy = await startCountingProxy(db.connectionString);
    const { migrator } = await migratorOn(proxy, '/no/such/directory');
    await failureOf(migrator.migrate(), DirectoryError);
    expect(proxy.traffic().connections).toBe(0);
  });
});

const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${1_000 + i}_a.sql`, `SELECT ${i}`]));

describe('the history of many files', () => {
  const FILES = 60;

  test('is read with one message, whose answer has no row for those that are applied as they are', async () => {
    const proxy = await startCountingProxy(db.connectionString);
    await (await migratorOn(db, many(FILES))).migrator.migrate();
    const { migrator } = await migratorOn(proxy, many(FILES));
    expect(await migrator.migrate()).toMatchObject({ applied: [], alreadyApplied: FILES });
    expect(proxy.messages).toHaveLength(1);
    expect(proxy.traffic().bytesReceived).toBeLessThan(1_500);
  });

  test('has no rows either when files were added, or one failed', async () => {
    const { migrator, directory } = await migratorOn(db, { ...many(FILES), '5000_fails.sql': 'SELECT 1/0' });
    await migrator.migrate().catch(() => {});
    const proxy = await startCountingProxy(db.connectionString);
    const later = await migratorOn(proxy, directory);
    await later.migrator.migrate().catch(() => {});
    expect(later.events.find(({ type }) => type === 'run-planned')).toMatchObject({
      pending: ['5000_fails.sql'],
      alreadyApplied: FILES,
    });
    const reads = proxy.messages.filter(
      (text) =>
        !text.includes('schema_migrations_catalog') &&
        (text.includes('fingerprint') || text.startsWith('SELECT migration_file')),
    );
    expect(reads.map((text) => text.includes('fingerprint'))).toEqual([true, true]);
  });

  test('is read row by row if files and history disagree', async () => {
    await (await migratorOn(db, many(FILES))).migrator.migrate();
    const proxy = await startCountingProxy(db.connectionString);
    const { '1000_a.sql': _, ...others } = many(FILES);
    const { migrator, warnings } = await migratorOn(proxy, { ...others, '1001_a.sql': 'SELECT 1 + 1' });
    expect(await migrator.migrate()).toMatchObject({ applied: [], alreadyApplied: FILES });
    expect(warnings()).toEqual([expect.stringContaining('[MISSING]'), expect.stringContaining('[CHANGED]')]);
    expect(proxy.messages).toHaveLength(2);
  });
});
