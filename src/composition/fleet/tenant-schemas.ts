import type { TenantAdoption, TenantRemoval, TenantSchemas } from '../../core/ports/tenants.js';
import { parseTableName } from '../../core/target/table.js';
import type { Target } from '../../core/target/target.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { PgConnection } from '../../postgres/connection/pg-connection.js';
import { adoptTenant } from '../../postgres/tenants/adopt-tenant.js';
import { countRemoved, removeTenant } from '../../postgres/tenants/remove-tenant.js';
import { createSchema } from '../../postgres/tenants/tenant-schema.js';
import type { Homes } from './homes.js';
import { tenantTarget } from './tenant-target.js';
import type { ResolvedTenantsOptions } from './tenants-options.js';

/** The schemas of a fleet's tenants. */
export class FleetSchemas implements TenantSchemas {
  constructor(
    private readonly homes: Homes,
    private readonly options: ResolvedTenantsOptions,
  ) {}

  async create(tenant: Tenant): Promise<void> {
    const { name, schema } = tenant;
    if (schema === undefined) return;
    await this.with(tenant, (connection, { role }) => {
      const { table } = this.homes.of(tenant.place).options;
      return createSchema(connection, parseTableName(table), { name, schema }, role);
    });
  }

  remove(tenant: Tenant, { dropSchema, dryRun, ...removal }: TenantRemoval): Promise<number> {
    const { name } = tenant;
    const schema = dropSchema ? tenant.schema : undefined;
    return this.with(tenant, (connection, target, tableLockTimeoutMs) =>
      dryRun
        ? countRemoved(connection, target, name, schema, removal.signal)
        : removeTenant(connection, target, name, schema, { ...removal, tableLockTimeoutMs }),
    );
  }

  adopt(tenant: Tenant, adoption: TenantAdoption): Promise<boolean> {
    return this.with(tenant, async (connection, target, tableLockTimeoutMs) => {
      const { tenant: scope } = target;
      const settings = { ...adoption, tableLockTimeoutMs };
      return scope !== undefined && adoptTenant(connection, { ...target, tenant: scope }, settings);
    });
  }

  private async with<T>(
    tenant: Tenant,
    work: (connection: PgConnection, target: Target, tableLockTimeoutMs: number) => Promise<T>,
  ): Promise<T> {
    const { reused, options } = this.homes.of(tenant.place);
    const { connect: connectTimeoutMs, connectRetry: connectRetryMs, tableLock } = options.timeouts;
    const connection = await reused.take({ connectTimeoutMs, connectRetryMs });
    try {
      return await work(connection, tenantTarget(options, this.options, tenant), tableLock);
    } finally {
      await connection.release();
    }
  }
}
