import { ConfigurationError } from '../../core/errors/input-errors.js';
import type { ConfigurationProblem } from '../../core/problems/configuration-problem.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import { DATABASE_IDENTITY_SQL } from '../../postgres/tenants/database-identity.js';
import type { Homes } from './homes.js';
import { inDatabase, read } from './read-each-database.js';

/**
 * Checks that no two tenants share a schema because two host names, or a pooler, lead to the same server. Only if
 * schemas and databases have the same names, each server is asked once, and only if servers are the same, each database.
 * Servers and databases that cannot be reached are skipped.
 *
 * @throws ConfigurationError naming such tenants
 */
export async function assertDistinctServers(homes: Homes, tenants: readonly Tenant[]): Promise<void> {
  const alike = withSameNames(homes, tenants);
  if (alike.length === 0) return;
  const servers = new Identities(
    (tenant) => tenant.place.server,
    (tenant) => readIdentity(homes, tenant),
  );
  const databases = new Identities(
    (tenant) => tenant.place.database,
    (tenant) => readIdentity(homes, tenant),
  );
  await Promise.all(alike.flat().map((tenant) => servers.of(tenant)));
  const problems: ConfigurationProblem[] = [];
  for (const group of alike) {
    for (const onOne of await sharing(group, async (tenant) => (await servers.of(tenant))?.server)) {
      const same = await sharing(onOne, async (tenant) => (await databases.of(tenant))?.database);
      for (const [owner, ...others] of same)
        problems.push(...others.map((other) => sameServerProblem(owner as Tenant, other)));
    }
  }
  if (problems.length > 0) throw new ConfigurationError('INVALID_TENANTS', problems);
}

interface Identity {
  readonly server: string;
  readonly database: string;
}

/** Identities that are read once each. */
class Identities {
  private readonly known = new Map<string, Promise<Identity | undefined>>();

  constructor(
    private readonly keyOf: (tenant: Tenant) => string,
    private readonly readOne: (tenant: Tenant) => Promise<Identity | undefined>,
  ) {}

  of(tenant: Tenant): Promise<Identity | undefined> {
    const key = this.keyOf(tenant);
    const known = this.known.get(key) ?? this.readOne(tenant);
    this.known.set(key, known);
    return known;
  }
}

/** Tenants on different servers whose databases have the same name, and whose schemas do too. */
function withSameNames(homes: Homes, tenants: readonly Tenant[]): readonly (readonly Tenant[])[] {
  return groupsOf(tenants, (tenant) => {
    const name = homes.nameOf(tenant.place);
    return name === undefined ? undefined : JSON.stringify([name, tenant.schema ?? null]);
  });
}

/** Tenants with the same identity. */
async function sharing(
  tenants: readonly Tenant[],
  identityOf: (tenant: Tenant) => Promise<string | undefined>,
): Promise<readonly (readonly Tenant[])[]> {
  const identities = new Map<Tenant, string | undefined>();
  for (const tenant of tenants) identities.set(tenant, await identityOf(tenant));
  return groupsOf(tenants, (tenant) => identities.get(tenant));
}

/** Groups of at least two tenants with the same key. */
function groupsOf(
  tenants: readonly Tenant[],
  keyOf: (tenant: Tenant) => string | undefined,
): readonly (readonly Tenant[])[] {
  const groups = new Map<string, Tenant[]>();
  for (const tenant of tenants) {
    const key = keyOf(tenant);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(tenant);
    else groups.set(key, [tenant]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

async function readIdentity(homes: Homes, tenant: Tenant): Promise<Identity | undefined> {
  const query = inDatabase(homes, tenant, (home) =>
    read(home, (connection) => connection.query(DATABASE_IDENTITY_SQL)),
  );
  const [row] = await query.catch(() => []); // the next operation in that database reports the error
  return row && { server: row['server'] as string, database: row['database'] as string };
}

function sameServerProblem(one: Tenant, other: Tenant): ConfigurationProblem {
  const what = one.schema === undefined ? 'one database' : `one schema, ${JSON.stringify(one.schema)}`;
  const names = `${JSON.stringify(one.name)} and ${JSON.stringify(other.name)}`;
  const servers = `${one.place.server} and ${other.place.server}`;
  return {
    code: 'duplicate',
    detail: `tenants ${names} have ${what}: ${servers} are the same server; give each its own, and use one name for the server`,
  };
}
