import type { TenantCatalogs, TenantFingerprint } from '../../core/ports/tenants.js';
import type { TableName } from '../../core/target/table.js';
import type { TenantCatalog } from '../../core/tenants/compare-schemas.js';
import type { UnreadRecord } from '../../core/tenants/standing.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { SchemaFingerprints, TenantSchemaSettings } from '../../postgres/catalog-record/tenant-schemas.js';
import { catalogGroups } from '../create-migrator.js';
import type { Home, Homes } from './homes.js';
import { inDatabase, read, readEachDatabase, readingRole } from './read-each-database.js';
import { tenantTarget } from './tenant-target.js';
import type { ResolvedTenantsOptions } from './tenants-options.js';

/** The fingerprints of a database when it was last read, and of which schemas. */
interface Known {
  readonly schemas: string;
  readonly fingerprints: SchemaFingerprints;
}

/** What is in the schemas of a fleet's tenants. The code that reads it is loaded when it is first used. */
export class FleetCatalogs implements TenantCatalogs {
  private readonly known = new WeakMap<Home, Known>();

  constructor(
    private readonly homes: Homes,
    private readonly options: ResolvedTenantsOptions,
  ) {}

  fingerprints(tenants: readonly Tenant[]): Promise<readonly (TenantFingerprint | UnreadRecord)[]> {
    const { parallelism } = this.options.rollout;
    return readEachDatabase(this.homes, tenants, parallelism, (home, group) => this.fingerprintAll(home, group));
  }

  read(tenant: Tenant): Promise<TenantCatalog> {
    return inDatabase(this.homes, tenant, async (home) => {
      const { readSchemaObjects } = await import('../../postgres/catalog-record/catalog-recorder.js');
      const settings = this.settings(home, [tenant]);
      const { schema } = tenant;
      const kinds = this.known.get(home)?.fingerprints.kinds;
      const catalog = await read(home, (connection) => readSchemaObjects(connection, settings, schema, kinds));
      return { ...catalog, schema };
    });
  }

  private async fingerprintAll(
    home: Home,
    tenants: readonly Tenant[],
  ): Promise<ReadonlyMap<Tenant, TenantFingerprint>> {
    const { readSchemaFingerprints } = await import('../../postgres/catalog-record/catalog-recorder.js');
    const settings = this.settings(home, tenants);
    const wanted = tenants.map(({ schema }) => schema);
    const schemas = JSON.stringify(wanted);
    const known = this.known.get(home);
    const same = known?.schemas === schemas ? known.fingerprints : undefined;
    const fingerprints = await read(home, (connection) => readSchemaFingerprints(connection, settings, wanted, same));
    this.known.set(home, { schemas, fingerprints });
    const { bySchema, major } = fingerprints;
    return new Map(
      tenants.map((tenant) => {
        const { schema } = tenant;
        const kind = `${major} ${schema === undefined ? 'database' : 'schema'}`;
        return [tenant, { fingerprint: bySchema.get(schema) ?? 'empty', kind }];
      }),
    );
  }

  private settings(home: Home, tenants: readonly Tenant[]): TenantSchemaSettings {
    const { options } = home;
    return {
      groups: catalogGroups(options),
      role: readingRole(home),
      timeoutMs: options.timeouts.catalog,
      histories: distinct(tenants.map((tenant) => tenantTarget(options, this.options, tenant).table)),
    };
  }
}

function distinct(tables: readonly TableName[]): readonly TableName[] {
  return [...new Map(tables.map((table) => [JSON.stringify([table.schema, table.table]), table])).values()];
}
