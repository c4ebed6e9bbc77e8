import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { TenantRecords } from '../../core/ports/tenants.js';
import { historyScopeOf } from '../../core/target/target.js';
import { parseTableName } from '../../core/target/table.js';
import type { TenantRecord, UnreadRecord } from '../../core/tenants/standing.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import { PgHistoryReader } from '../../postgres/history/reader.js';
import { readSinceApplied, rowsOfTenants } from '../../postgres/tenants/last-applied.js';
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
    return readEachDatabase(this.homes, tenants, parallelism, (home, group) => this.readIn(home, group, set));
  }

  async sinceApplied(tenants: readonly Tenant[]): Promise<number | undefined> {
    try {
      const { parallelism } = this.options.rollout;
      const found = await readEachDatabase(this.homes, tenants, parallelism, (home, group) =>
        this.sinceIn(home, group),
      );
      const known = found.filter((each) => typeof each === 'number');
      const least = leastOf(known);
      return known.length === found.length && Number.isFinite(least) ? least : undefined;
    } catch {
      return undefined;
    }
  }

  isShared(tenant: Tenant): boolean {
    return sharesHistory(tenant, this.options);
  }

  private async readIn(home: Home, tenants: readonly Tenant[], set: MigrationSet): Promise<readonly TenantRecord[]> {
    const isSharing = (tenant: Tenant): boolean => this.isShared(tenant);
    const sharing = tenants.filter(isSharing);
    const shared = await readShared(home, sharing, set);
    if (sharing.length === tenants.length) return shared;
    const own = await this.readOwn(
      home,
      tenants.filter((tenant) => !isSharing(tenant)),
    );
    const [nextShared, nextOwn] = [shared.values(), own.values()];
    return tenants.map((tenant) => (isSharing(tenant) ? nextShared : nextOwn).next().value as TenantRecord);
  }

  /** For each tenant, that of all of them; infinite if nothing was applied. */
  private async sinceIn(home: Home, tenants: readonly Tenant[]): Promise<readonly number[]> {
    const sharing = tenants.filter((tenant) => this.isShared(tenant));
    const own = tenants.filter((tenant) => !this.isShared(tenant));
    const scopes = own.map((tenant) => historyScopeOf(tenantTarget(home.options, this.options, tenant)));
    const places = [
      ...(sharing.length > 0 ? [rowsOfTenants(parseTableName(home.options.table), sharing)] : []),
      ...scopes,
    ];
    const found: number[] = [];
    for (const rows of places) {
      const since = await read(home, (connection) => readSinceApplied(connection, rows, readingRole(home)));
      found.push(since ?? Number.POSITIVE_INFINITY);
    }
    return tenants.map(() => leastOf(found));
  }

  /** Reads the databases one by one: each takes one round trip, and the connection has to be shared. */
  private async readOwn(home: Home, tenants: readonly Tenant[]): Promise<readonly TenantRecord[]> {
    const withSchema = tenants.flatMap(({ schema }) => schema ?? []);
    const existing = new Set(
      withSchema.length === 0 ? [] : await read(home, (connection) => readSchemas(connection, withSchema)),
    );
    const records: TenantRecord[] = [];
    for (const tenant of tenants) {
      const scope = historyScopeOf(tenantTarget(home.options, this.options, tenant));
      const history = await new PgHistoryReader(home.reads, scope, readingRole(home)).read();
      records.push({ schemaExists: tenant.schema === undefined || existing.has(tenant.schema), history });
    }
    return records;
  }
}

function leastOf(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
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
