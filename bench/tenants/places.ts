import { type BenchServer, query, withClient } from '../server.js';
import type { BenchTenant, TenantsJob } from './measurement.js';

/** Where the tenants of one tool live. */
export interface TenantsPlace extends Omit<TenantsJob, 'directory'> {
  /** How many tenants have a table of this name. */
  count(table: string): Promise<number>;
  /** Makes statistics and the disk what they would be some time later. */
  settle(): Promise<void>;
  remove(): Promise<void>;
}

/** A schema for each tenant, in one database. */
export async function inSchemas(server: BenchServer, count: number): Promise<TenantsPlace> {
  const connectionString = await server.createDatabase();
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  await withClient(connectionString, async (client) => {
    // One transaction cannot lock thousands of schemas.
    for (const i of numbers) await client.query(`CREATE SCHEMA s${i}`);
  });
  const tenants = numbers.map((i): BenchTenant => ({ name: `t${i}`, schema: `s${i}` }));
  return placeIn([{ server, connectionString }], connectionString, tenants);
}

/** A database for each tenant, in turn on each of the servers. */
export async function inDatabases(servers: readonly BenchServer[], count: number): Promise<TenantsPlace> {
  const databases: Database[] = [];
  for (let i = 0; i < count; i++) {
    const server = servers[i % servers.length] as BenchServer;
    databases.push({ server, connectionString: await server.createDatabase() });
  }
  const tenants = databases.map(({ connectionString }, i): BenchTenant => ({ name: `t${i + 1}`, connectionString }));
  const [first] = servers as readonly [BenchServer];
  const main = { server: first, connectionString: await first.createDatabase() };
  return placeIn([...databases, main], main.connectionString, tenants);
}

/** What tools read: the catalog and the histories. Autovacuum, which is off, would do the same. */
const ANALYZED = `SELECT oid::regclass::text AS name FROM pg_class
  WHERE relkind = 'r' AND (relnamespace = 'pg_catalog'::regnamespace OR relname LIKE 'schema\\_migrations%')`;

interface Database {
  readonly server: BenchServer;
  readonly connectionString: string;
}

function placeIn(
  databases: readonly Database[],
  connectionString: string,
  tenants: readonly BenchTenant[],
): TenantsPlace {
  return {
    connectionString,
    tenants,
    count: async (table) => {
      let all = 0;
      for (const each of databases) {
        const sql = `SELECT count(*)::int AS count FROM pg_class WHERE relname = '${table}' AND relkind = 'r'`;
        all += (await query<{ count: number }>(each.connectionString, sql)).rows[0]?.count ?? 0;
      }
      return all;
    },
    settle: async () => {
      for (const { connectionString: url } of databases) {
        const { rows } = await query<{ name: string }>(url, ANALYZED);
        await query(url, `VACUUM ANALYZE ${rows.map(({ name }) => name).join(', ')}`);
      }
      for (const server of new Set(databases.map((each) => each.server))) await server.settle();
    },
    remove: async () => {
      for (const each of databases) await each.server.dropDatabase(each.connectionString);
    },
  };
}
