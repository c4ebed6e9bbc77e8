import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { TenantRecords } from '../../core/ports/tenants.js';
import { historyScopeOf } from '../../core/target/target.js';
import { parseTableName } from '../../core/target/table.js';
import type { TenantRecord, UnreadRecord } from '../../core/tenants/standing.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import { PgHistoryReader } from '../../postgres/history/reader.js';
import { readSchemas, readTenants } from '../../postgres/tenants/read-tenants.js';
import type { Home, Homes } from './homes.js';
import { read, readEachDatabase, readingRole } from './read-each-database.js';
import { sharesHistory, tenantTarget } from './tenant-target.js';
import type { ResolvedTenantsOptions } from './tenants-options.js';

/** What the databases of a fleet record about tenants. */
export class FleetRecords implements TenantRecords {
  constructor(
    private readonly homes: Homes,
    private readonly options: ResolvedTenantsOptions,
  ) {}

  read(tenants: readonly Tenant[], set: MigrationSet): Promise<readonly (TenantRecord | UnreadRecord)[]> {
    const { parallelism } = this.options.rollout;
    return readEachDatabase(this.homes, tenants, parallelism, async (home, group) => {
      const found = new Map<Tenant, TenantRecord>();
      await this.readIn(home, group, set, found);
      return found;
    });
  }

  private async readIn(
    home: Home,
    tenants: readonly Tenant[],
    set: MigrationSet,
    found: Map<Tenant, TenantRecord>,
  ): Promise<void> {
    const sharing = tenants.filter((tenant) => sharesHistory(tenant, this.options));
    const records = await readShared(home, sharing, set);
    for (const [i, tenant] of sharing.entries()) found.set(tenant, records[i] as TenantRecord);
    const others = tenants.filter((tenant) => !found.has(tenant));
    await this.readOwn(home, others, found);
  }

  /** Reads the databases one by one: each takes one round trip, and the connection has to be shared. */
  private async readOwn(home: Home, tenants: readonly Tenant[], found: Map<Tenant, TenantRecord>): Promise<void> {
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
  { histories: [migrations = []] }: MigrationSet,
): Promise<readonly TenantRecord[]> {
  if (tenants.length === 0) return Promise.resolve([]);
  const scopes = tenants.map(({ name, schema = '' }) => ({ name, schema }));
  const history = parseTableName(home.options.table);
  return read(home, (connection) => readTenants(connection, history, scopes, migrations, readingRole(home)));
}
