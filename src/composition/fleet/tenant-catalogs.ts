import { chosenGroups } from '../../core/catalog/object-group.js';
import type { TenantCatalogs, TenantFingerprint } from '../../core/ports/tenants.js';
import type { TenantCatalog } from '../../core/tenants/majority.js';
import type { UnreadRecord } from '../../core/tenants/standing.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type {
  SchemaFingerprints,
  TenantSchemaSettings,
  TenantWithHistory,
} from '../../postgres/catalog-record/tenant-schemas.js';
import type { Home, Homes } from './homes.js';
import { inDatabase, readEachDatabase, readingRole } from './read-each-database.js';
import { tenantTarget } from './tenant-target.js';
import type { ResolvedTenantsOptions } from './tenants-options.js';

/** The fingerprints of a database when it was last read, and of which tenants. */
interface Known {
  readonly tenants: string;
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
      const { readTenantObjects } = await import('../../postgres/catalog-record/catalog-recorder.js');
      const kinds = this.known.get(home)?.fingerprints.kinds;
      const place = this.placeOf(home, tenant);
      return home.reads.use(
        (connection) => readTenantObjects(connection, settingsOf(home), place, kinds),
        home.options.timeouts.catalog,
      );
    });
  }

  private async fingerprintAll(home: Home, tenants: readonly Tenant[]): Promise<readonly TenantFingerprint[]> {
    const { readSchemaFingerprints } = await import('../../postgres/catalog-record/catalog-recorder.js');
    const places = tenants.map((tenant) => this.placeOf(home, tenant));
    const key = JSON.stringify(places);
    const known = this.known.get(home);
    const same = known?.tenants === key ? known.fingerprints : undefined;
    const { catalog } = home.options.timeouts;
    const fingerprints = await home.reads.use(
      (connection) => readSchemaFingerprints(connection, settingsOf(home), places, same),
      catalog * Math.ceil(tenants.length / TENANTS_PER_TIMEOUT),
    );
    this.known.set(home, { tenants: key, fingerprints });
    const { byTenant, locked, major } = fingerprints;
    return tenants.map(({ name, schema }) => {
      const kind = `${major} ${schema === undefined ? 'database' : 'schema'}`;
      const fingerprint = locked.has(name) ? undefined : (byTenant.get(name) ?? 'empty');
      return { fingerprint, kind };
    });
  }

  private placeOf({ options }: Home, tenant: Tenant): TenantWithHistory {
    const { table: history } = tenantTarget(options, this.options, tenant);
    return { tenant: tenant.name, schema: tenant.schema, history };
  }
}

/** Each statement has a time limit of its own; that of the whole grows with the number of tenants. */
const TENANTS_PER_TIMEOUT = 1_000;

function settingsOf(home: Home): TenantSchemaSettings {
  const { options } = home;
  return { groups: chosenGroups(options.catalog), role: readingRole(home), timeoutMs: options.timeouts.catalog };
}
