import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FleetOptions } from '../../src/migrator.js';
import type { EmbeddedServer } from '../../src/testing/embedded/server.js';
import { withClient } from '../../test/support/database/database.js';
import { writeFiles } from '../../test/support/files/write-files.js';
import { LIST, SchoolDatabase } from './school-database.js';
import { TENANT_FILES } from './tenant-files.js';

/** Settings of the server on which tenants are tested. */
export const TENANTS_SETTINGS = {
  max_connections: '200',
  max_prepared_transactions: '2', // one holds the lock of the blocked tenant
  autovacuum: 'on',
  autovacuum_naptime: '1s', // removes the temporary tables that a crash has left behind
};

/** The options of the fleet of schools. */
export type SchoolOptions = (stopAfter: number | '100%') => FleetOptions;

/** Calls `prove` with a new database of schools, and the options with which processes migrate them. */
export async function withSchools<T>(
  server: EmbeddedServer,
  tenants: number,
  prove: (database: SchoolDatabase, options: SchoolOptions) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'migrations-tenants-'));
  try {
    await writeFiles(directory, TENANT_FILES);
    await withClient(server.connectionString(), (client) => client.query('CREATE DATABASE schools'));
    const database = await SchoolDatabase.create(server.connectionString('schools'), tenants);
    return await prove(database, (stopAfter) => ({
      connectionString: database.connectionString,
      timeouts: { tableLock: 100, tableLockRetries: 1 },
      tenants: { directory, sharedFiles: false, list: LIST, rollout: { stopAfter } },
    }));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
