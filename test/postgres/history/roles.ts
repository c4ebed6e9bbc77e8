import { afterEach } from '@jest/globals';
import { type TestDatabase, withClient } from '../../support/database/database.js';

/** The role that a connection string names. */
export const nameOf = (url: string): string => decodeURIComponent(new URL(url).username);

/** Makes roles that may log in and have these rights, and nothing else. They end with each test: roles are the server's. */
export function useRoles(db: TestDatabase): (...grants: string[]) => Promise<string> {
  let roles = 0;

  afterEach(async () => {
    for (; roles > 0; roles--)
      await db.query(`DROP OWNED BY "${db.name}_${roles}" CASCADE; DROP ROLE "${db.name}_${roles}"`);
  });

  return async (...grants) => {
    const name = `${db.name}_${++roles}`;
    await withClient(db.connectionString, async (client) => {
      await client.query(`CREATE ROLE "${name}" LOGIN PASSWORD '${name}'`);
      for (const grant of grants) await client.query(`${grant} "${name}"`);
    });
    const url = new URL(db.connectionString);
    url.username = name;
    url.password = name;
    return url.href;
  };
}
