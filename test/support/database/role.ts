import { randomBytes } from 'node:crypto';
import { afterAll } from '@jest/globals';
import { serverUrl, type TestDatabase, withClient } from './database.js';

const made: string[] = [];

/** A role that may connect, and nothing else. It goes after the test file. */
export async function createRole(): Promise<{
  name: string;
  urlOf: (db: Pick<TestDatabase, 'connectionString'>) => string;
}> {
  const name = `app_${randomBytes(5).toString('hex')}`;
  await withClient(serverUrl(), (client) => client.query(`CREATE ROLE ${name} LOGIN PASSWORD '${name}'`));
  made.push(name);
  return {
    name,
    urlOf: ({ connectionString }) => {
      const url = new URL(connectionString);
      url.username = name;
      url.password = name;
      return url.href;
    },
  };
}

afterAll(async () => {
  for (const name of made.splice(0)) {
    await withClient(serverUrl(), (client) => client.query(`DROP ROLE IF EXISTS ${name}`));
  }
});
