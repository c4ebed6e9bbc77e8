import { groupBy } from '../../core/collections/group-by.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import { isLockHeldSql } from '../../postgres/lock/lock.js';
import type { Home, Homes } from './homes.js';
import { tenantTarget } from './tenant-target.js';
import type { ResolvedTenantsOptions } from './tenants-options.js';

/** The migration locks of a fleet's tenants. */
export class TenantLocks {
  constructor(
    private readonly homes: Homes,
    private readonly options: ResolvedTenantsOptions,
  ) {}

  /** The tenants whose lock nobody holds. In a database that cannot be read, there are none. */
  async unlocked(tenants: readonly Tenant[]): Promise<readonly Tenant[]> {
    const found: Tenant[] = [];
    for (const [home, group] of this.byHome(tenants))
      found.push(...(home.options.lock === 'off' ? group : await this.unlockedIn(home, group).catch(() => [])));
    return found;
  }

  private async unlockedIn(home: Home, tenants: readonly Tenant[]): Promise<readonly Tenant[]> {
    const isHeld = tenants.map((tenant) => {
      const { table, tenant: scope } = tenantTarget(home.options, this.options, tenant);
      return isLockHeldSql({ ...table, tenant: scope?.name });
    });
    const text = isHeld.map((condition, i) => `SELECT ${i} AS i WHERE NOT ${condition}`).join(' UNION ALL ');
    const rows = await home.reads.use((connection) => connection.query(text), home.options.timeouts.catalog);
    return rows.flatMap(({ i }) => tenants[Number(i)] ?? []);
  }

  private byHome(tenants: readonly Tenant[]): ReadonlyMap<Home, readonly Tenant[]> {
    return groupBy(tenants, ({ place }) => this.homes.of(place));
  }
}
