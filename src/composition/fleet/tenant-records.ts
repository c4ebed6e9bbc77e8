import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { TenantRecords } from '../../core/ports/tenants.js';
import { historyScopeOf } from '../../core/target/target.js';
import { parseTableName } from '../../core/target/table.js';
import type { TenantRecord, UnreadRecord } from '../../core/tenants/standing.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import { PgHistoryReader } from '../../postgres/history/reader.js';
import { readSchemas, readTenants } from '../../postgres/tenants/read-tenants.js';
import { InProcessEngine } from '../../fleet/in-process-engine.js';
import type { Home, Homes } from './homes.js';
import { sharesHistory, tenantTarget } from './tenant-target.js';
import type { ResolvedTenantsOptions } from './tenants-options.js';

/** What the databases of a fleet record about tenants. */
export class FleetRecords implements TenantRecords {
  constructor(
    private readonly homes: Homes,
    private readonly options: ResolvedTenantsOptions,
  ) {}

  async read(tenants: readonly Tenant[], set: MigrationSet): Promise<readonly (TenantRecord | UnreadRecord)[]> {
    const found = new Map<Tenant, TenantRecord | UnreadRecord>();
    const databases = new Map(neighbours(tenants).map((group) => [group[0] as Tenant, group]));
    const problems: unknown[] = [];
    const readOne = async (first: Tenant): Promise<void> => {
      const group = databases.get(first) as readonly Tenant[];
      try {
        await this.readAll(group, set, found);
      } catch (error) {
        problems.push(error);
        const problem = error instanceof Error ? error : new Error(String(error));
        for (const tenant of group) found.set(tenant, { problem });
      }
    };
    // Each database needs a connection, of which a server has few.
    const { parallelism } = this.options.rollout;
    await new InProcessEngine().run([...databases.keys()], readOne, { parallelism, mayStart: () => true });
    if (databases.size > 0 && problems.length === databases.size) throw problems[0];
    return tenants.map((tenant) => found.get(tenant) as TenantRecord | UnreadRecord);
  }

  /** @param tenants of one database. */
  private async readAll(tenants: readonly Tenant[], set: MigrationSet, found: Map<Tenant, unknown>): Promise<void> {
    const { place } = tenants[0] as Tenant;
    const home = this.homes.of(place);
    try {
      await this.readIn(home, tenants, set, found);
    } finally {
      if (place.database !== '') await home.reads.closeIdle();
    }
  }

  private async readIn(
    home: Home,
    tenants: readonly Tenant[],
    set: MigrationSet,
    found: Map<Tenant, unknown>,
  ): Promise<void> {
    const sharing = tenants.filter((tenant) => sharesHistory(tenant, this.options));
    const records = await readShared(home, sharing, set);
    for (const [i, tenant] of sharing.entries()) found.set(tenant, records[i]);
    const others = tenants.filter((tenant) => !found.has(tenant));
    await this.readOwn(home, others, found);
  }

  /** Reads the databases one by one: each takes one round trip, and the connection has to be shared. */
  private async readOwn(home: Home, tenants: readonly Tenant[], found: Map<Tenant, unknown>): Promise<void> {
    const withSchema = tenants.flatMap(({ schema }) => schema ?? []);
    const existing = new Set(
      withSchema.length === 0 ? [] : await read(home, (connection) => readSchemas(connection, withSchema)),
    );
    for (const tenant of tenants) {
      const scope = historyScopeOf(tenantTarget(home.options, this.options, tenant));
      const history = await new PgHistoryReader(home.reads, scope, readingRole(home)).read();
      found.set(tenant, { schemaExists: tenant.schema === undefined || existing.has(tenant.schema), history });
    }
  }
}

function readShared(
  home: Home,
  tenants: readonly Tenant[],
  { migrations }: MigrationSet,
): Promise<readonly TenantRecord[]> {
  if (tenants.length === 0) return Promise.resolve([]);
  const scopes = tenants.map(({ name, schema = '' }) => ({ name, schema }));
  const history = parseTableName(home.options.table);
  return read(home, (connection) => readTenants(connection, history, scopes, migrations, readingRole(home)));
}

/** Reading the records of thousands of tenants may take longer than a health check is allowed to. */
function read<T>({ reads, options }: Home, work: Parameters<typeof reads.use<T>>[0]): Promise<T> {
  return reads.use(work, options.timeouts.catalog);
}

function readingRole({ options }: Home): string | undefined {
  return options.migrateWith ? undefined : options.role;
}

/** Tenants by connection. */
function neighbours(tenants: readonly Tenant[]): readonly (readonly Tenant[])[] {
  const groups = new Map<string, Tenant[]>();
  for (const tenant of tenants) {
    const { connection = '' } = tenant.place;
    const group = groups.get(connection);
    if (group) group.push(tenant);
    else groups.set(connection, [tenant]);
  }
  return [...groups.values()];
}
