import { groupBy } from '../../core/collections/group-by.js';
import { isUnanswered } from '../../core/errors/database-errors.js';
import { ConfigurationError } from '../../core/errors/input-errors.js';
import type { ConfigurationProblem } from '../../core/problems/configuration-problem.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { PgConnection } from '../../postgres/connection/pg-connection.js';
import { DATABASE_IDENTITY_SQL } from '../../postgres/tenants/database-identity.js';
import type { Homes } from './homes.js';
import { inDatabase, read } from './read-each-database.js';

/**
 * Checks that no two tenants have one schema because two host names lead to one server, or a pooler to it. Only if
 * schemas and databases have the same names, each server is asked once, and only if servers are the same, each database.
 * One that cannot be asked is left out.
 *
 * @throws ConfigurationError naming such tenants
 */
export async function assertDistinctServers(homes: Homes, tenants: readonly Tenant[]): Promise<void> {
  const alike = withSameNames(homes, tenants);
  if (alike.length === 0) return;
  const identities = new Identities(homes);
  await Promise.all(alike.flat().map((tenant) => identities.serverOf(tenant)));
  const problems: ConfigurationProblem[] = [];
  for (const group of alike) {
    for (const onOne of await sharing(group, (tenant) => identities.serverOf(tenant))) {
      const same = await sharing(onOne, (tenant) => identities.databaseOf(tenant));
      for (const [owner, ...others] of same)
        problems.push(...others.map((other) => sameServerProblem(owner as Tenant, other)));
    }
  }
  if (problems.length > 0) throw new ConfigurationError('INVALID_TENANTS', problems);
}

interface Identity {
  readonly server: string;
  readonly database: string;
  /** True if a pooler answered, which may lead to further servers. */
  readonly isPooled: boolean;
}

/** Undefined if a database could not be asked, although its server answers. */
type Answer = Identity | 'unreachable' | undefined;

/** What databases and servers answer. Each is asked once. */
class Identities {
  private readonly servers = new Map<string, Promise<Answer>>();
  private readonly databases = new Map<string, Promise<Answer>>();

  constructor(private readonly homes: Homes) {}

  /** The answer of one database counts for its server, unless it says nothing about the others. */
  async serverOf(tenant: Tenant): Promise<string | undefined> {
    const first = await once(this.servers, tenant.place.server, () => this.ask(tenant));
    if (first === 'unreachable') return undefined;
    return first && !first.isPooled ? first.server : (await this.identityOf(tenant))?.server;
  }

  async databaseOf(tenant: Tenant): Promise<string | undefined> {
    const identity = await this.identityOf(tenant);
    return identity && JSON.stringify([identity.server, identity.database]);
  }

  private async identityOf(tenant: Tenant): Promise<Identity | undefined> {
    const answer = await this.ask(tenant);
    return answer === 'unreachable' ? undefined : answer;
  }

  private ask(tenant: Tenant): Promise<Answer> {
    return once(this.databases, tenant.place.database, () => readIdentity(this.homes, tenant));
  }
}

function once<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? ask();
  known.set(key, found);
  return found;
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
  const groups = groupBy(tenants, keyOf);
  groups.delete(undefined);
  return [...groups.values()].filter((group) => group.length > 1);
}

async function readIdentity(homes: Homes, tenant: Tenant): Promise<Answer> {
  try {
    return await inDatabase(homes, tenant, (home) => read(home, identityOver));
  } catch (error) {
    // The next operation in that database reports the error.
    return isUnanswered(error) ? 'unreachable' : undefined;
  }
}

async function identityOver(connection: PgConnection): Promise<Identity> {
  const [row] = await connection.query(DATABASE_IDENTITY_SQL);
  const isPooled = Number(row?.['pid']) !== connection.processId;
  return { server: String(row?.['server']), database: String(row?.['database']), isPooled };
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
