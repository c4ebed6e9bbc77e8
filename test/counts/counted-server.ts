import { startEphemeralServer } from '../support/server/ephemeral-server.js';
import { withClient } from '../support/database/database.js';
import { type Counts, measureCounts } from './measure.js';

/** Measures on a server of its own: the roles and settings that other tests change would cost a run more queries. */
export async function measureAlone(): Promise<Counts> {
  const server = await startEphemeralServer();
  let databases = 0;
  try {
    return await measureCounts(async () => {
      const name = `counts_${String(++databases).padStart(10, '0')}`; // names that vary in length would change the bytes
      await withClient(server.connectionString(), (client) => client.query(`CREATE DATABASE ${name}`));
      return server.connectionString(name);
    });
  } finally {
    await server.remove();
  }
}
