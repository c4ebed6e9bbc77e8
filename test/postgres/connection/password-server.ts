import { beforeAll } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmbeddedServer } from '../../../src/testing/embedded/server.js';
import { withClient } from '../../support/database/database.js';
import { startPrivateServer } from '../../support/server/private-server.js';
import { PASSWORD } from './secrets.js';

export interface PasswordServer {
  readonly server: EmbeddedServer;
  /** The server, as a role that needs its password. */
  appUrl(password?: string | null, database?: string): string;
}

/** A private server for the test file, with the database `app` and a role `app` that needs its password. */
export function usePasswordServer(): PasswordServer {
  let server: EmbeddedServer;

  beforeAll(async () => {
    server = await startPrivateServer({ password_encryption: 'scram-sha-256' }); // before 14 it is not the default
    await withClient(server.connectionString(), async (client) => {
      await client.query(`CREATE ROLE app LOGIN SUPERUSER PASSWORD 'hunter2/#: ñ'`);
      await client.query('CREATE DATABASE app OWNER app');
    });
    const rules = 'host all app 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n';
    await writeFile(join(server.dataDirectory, 'pg_hba.conf'), rules);
    await withClient(server.connectionString(), (client) => client.query('SELECT pg_reload_conf()'));
  });

  return {
    get server() {
      return server;
    },
    appUrl(password: string | null = PASSWORD, database = 'app') {
      const url = new URL(server.connectionString(database));
      url.username = 'app';
      if (password !== null) url.password = encodeURIComponent(password);
      return url.href;
    },
  };
}
