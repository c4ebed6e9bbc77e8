import { ConfigurationError } from '../../core/errors/input-errors.js';
import type { ConfigurationProblem } from '../../core/problems/configuration-problem.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import { DATABASE_IDENTITY_SQL } from '../../postgres/tenants/database-identity.js';
import type { Homes } from './homes.js';
import { inDatabase, read } from './read-each-database.js';

/**
 * Checks that no two tenants have one schema because two host names lead to one server, or a pooler to it. The servers
 * are asked only about tenants whose schemas and databases have the same names. One that cannot be asked is left out.
 *
 * @throws ConfigurationError naming such tenants
 */
export async function assertDistinctServers(homes: Homes, tenants: readonly Tenant[]): Promise<void> {
  const identities = new Map<string, Promise<string | undefined>>();
  const identityOf = (tenant: Tenant): Promise<string | undefined> => {
    const { database } = tenant.place;
    const known = identities.get(database) ?? readIdentity(homes, tenant);
    identities.set(database, known);
    return known;
  };
  const problems: ConfigurationProblem[] = [];
  for (const alike of withSameNames(homes, tenants)) {
    const owners = new Map<string, Tenant>();
    const found = await Promise.all(alike.map(identityOf));
    for (const [i, tenant] of alike.entries()) {
      const identity = found[i];
      const owner = identity === undefined ? undefined : owners.get(identity);
      if (owner) problems.push(oneServer(owner, tenant));
      else if (identity !== undefined) owners.set(identity, tenant);
    }
  }
  if (problems.length > 0) throw new ConfigurationError('INVALID_TENANTS', problems);
}

/** Tenants on different servers whose databases have one name, and whose schemas do too. */
function withSameNames(homes: Homes, tenants: readonly Tenant[]): readonly (readonly Tenant[])[] {
  const groups = new Map<string, Tenant[]>();
  for (const tenant of tenants) {
    const name = homes.nameOf(tenant.place);
    if (name === undefined) continue;
    const key = JSON.stringify([name, tenant.schema ?? null]);
    const group = groups.get(key);
    if (group) group.push(tenant);
    else groups.set(key, [tenant]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

async function readIdentity(homes: Homes, tenant: Tenant): Promise<string | undefined> {
  const query = inDatabase(homes, tenant, (home) =>
    read(home, (connection) => connection.query(DATABASE_IDENTITY_SQL)),
  );
  const [row] = await query.catch(() => []); // whoever works there reports that
  return row?.['identity'] ?? undefined;
}

function oneServer(one: Tenant, other: Tenant): ConfigurationProblem {
  const what = one.schema === undefined ? 'one database' : `one schema, ${JSON.stringify(one.schema)}`;
  const names = `${JSON.stringify(one.name)} and ${JSON.stringify(other.name)}`;
  const servers = `${one.place.server} and ${other.place.server}`;
  return {
    code: 'duplicate',
    detail: `tenants ${names} have ${what}: ${servers} lead to one server; give each its own, and use one name for the server`,
  };
}
