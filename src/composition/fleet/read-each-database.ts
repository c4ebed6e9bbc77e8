import { groupBy } from '../../core/collections/group-by.js';
import { asError } from '../../core/errors/wording.js';
import type { UnreadRecord } from '../../core/tenants/standing.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import { eachByServer } from '../../fleet/engine/by-server.js';
import type { PgConnection } from '../../postgres/connection/pg-connection.js';
import type { Home, Homes } from './homes.js';

/**
 * Reads something about tenants, in their order, from one database after another. A database that cannot be read does
 * not keep the others from being read.
 *
 * @param parallelism how many databases of one server are read at the same time: each needs a connection.
 * @param readAll reads it for the tenants of one database, in their order.
 * @throws what the first database throws, if none can be read.
 */
export async function readEachDatabase<T>(
  homes: Homes,
  tenants: readonly Tenant[],
  parallelism: number,
  readAll: (home: Home, tenants: readonly Tenant[]) => Promise<readonly T[]>,
): Promise<readonly (T | UnreadRecord)[]> {
  const found = Array.from<T | UnreadRecord>({ length: tenants.length });
  const databases = new Map(neighbours(tenants).map((places) => [tenants[places[0] as number] as Tenant, places]));
  const problems: unknown[] = [];
  const readOne = async (first: Tenant): Promise<void> => {
    const places = databases.get(first) as readonly number[];
    const group = places.length === tenants.length ? tenants : places.map((i) => tenants[i] as Tenant);
    try {
      const values = await inDatabase(homes, first, (home) => readAll(home, group));
      for (const [at, i] of places.entries()) found[i] = values[at] as T;
    } catch (error) {
      problems.push(error);
      const problem = asError(error);
      for (const i of places) found[i] = { problem };
    }
  };
  await eachByServer([...databases.keys()], readOne, { parallelism });
  if (databases.size > 0 && problems.length === databases.size) throw problems[0];
  return found;
}

/** Works in the database of a tenant. No connection to it stays open, unless it is that of the shared files. */
export async function inDatabase<T>(homes: Homes, { place }: Tenant, work: (home: Home) => Promise<T>): Promise<T> {
  const home = homes.of(place);
  try {
    return await work(home);
  } finally {
    if (place.database !== '') await home.reads.closeIdle();
  }
}

/** Reading about thousands of tenants may take longer than a health check is allowed to. */
export function read<T>({ reads, options }: Home, work: (connection: PgConnection) => Promise<T>): Promise<T> {
  return reads.use(work, options.timeouts.catalog);
}

/** The role to read as. */
export function readingRole({ options }: Home): string | undefined {
  return options.migrateWith ? undefined : options.role;
}

/** The places of tenants in the list, by connection. */
function neighbours(tenants: readonly Tenant[]): readonly (readonly number[])[] {
  return [...groupBy(tenants.keys(), (i) => tenants[i]?.place.connection ?? '').values()];
}
