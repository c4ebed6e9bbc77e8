import { ConfigurationError } from '../../core/errors/input-errors.js';
import type { Finding } from '../../core/errors/finding.js';
import { matchingAny } from '../../core/catalog/patterns.js';
import { placeholderNames } from '../../core/compile/placeholders.js';
import type { EmitEvent } from '../../core/events/events.js';
import { NO_HISTORY } from '../../core/history/history.js';
import type { Migration } from '../../core/migration/migration.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { FleetEngine } from '../../core/ports/engine.js';
import type { MigrationSource } from '../../core/ports/ports.js';
import { joinStatuses } from '../../core/status/status.js';
import { checkTenants, unknownGroup, type ListedTenant } from '../../core/tenants/check-tenants.js';
import { SCHEMA_PLACEHOLDER, type Tenant, type TenantPlace } from '../../core/tenants/tenant.js';
import { unknownGroups } from '../../core/tenants/waves.js';
import { parseTableName } from '../../core/target/table.js';
import { secretsOf } from '../../core/target/target.js';
import { Fleet } from '../../fleet/fleet.js';
import type { FleetParts } from '../../fleet/parts.js';
import { InProcessEngine } from '../../fleet/engine/in-process-engine.js';
import { isObject } from '../validation/checks.js';
import type { ConnectionOptions } from '../connection-options.js';
import { connectionSource } from '../connection-source.js';
import { createMigrator, migrationsOf, targetOf, type Migrations } from '../create-migrator.js';
import { guarded } from '../guarded.js';
import { interruptible } from '../interruptible.js';
import type { ResolvedOptions } from '../options.js';
import type { Migrator } from '../../migrator/migrator.js';
import { unifiedDiff } from '../unified-diff.js';
import { Homes } from './homes.js';
import { TenantLocks } from './tenant-locks.js';
import { allowedSchemas, lintTenantFiles, type SchemasFor } from './lint-tenants.js';
import { readList } from './read-list.js';
import { FleetCatalogs } from './tenant-catalogs.js';
import { FleetRecords } from './tenant-records.js';
import { FleetSchemas } from './tenant-schemas.js';
import { sharesHistory, tenantTarget } from './tenant-target.js';
import type { ResolvedTenantsOptions, TenantDefinition } from './tenants-options.js';

/**
 * Assembles the migrations of tenants.
 *
 * @param shared for the shared files; null if there are none.
 * @param homes their databases, if the caller needs them too.
 */
export function createFleetOf(
  options: ResolvedOptions,
  tenants: ResolvedTenantsOptions,
  listener: EmitEvent,
  shared: Migrator | null = tenants.sharedFiles ? createMigrator({ ...options, tenants }, listener) : null,
  homes: Homes = new Homes(options),
): Fleet<TenantDefinition> {
  const migrations = migrationsOf({ ...options, directory: tenants.directory });
  const list = new CheckedList(homes, options, tenants);
  const schemasFor = allowedSchemas(options, tenants);
  const migrators = new TenantMigrators(homes, options, tenants, migrations, listener, schemasFor);
  return Fleet.of<TenantDefinition>(
    {
      shared: shared ?? undefined,
      list: () => list.read(),
      source: migrations.source,
      records: new FleetRecords(homes, tenants),
      schemas: new FleetSchemas(homes, tenants),
      catalogs: options.catalog.enabled ? new FleetCatalogs(homes, tenants) : undefined,
      ignoresObject: matchingAny(options.catalog.ignore),
      diffTexts: unifiedDiff,
      valuesOf: usedValues(options, tenants),
      lint: (sample) => lintTenantFiles({ options, tenants, migrations }, sample, schemasFor),
      secretsOf: (tenant) => secretsOf(tenantTarget(options, tenants, tenant)),
      migratorOf: (tenant, files, onStart) => migrators.of(tenant, files, { onStart }),
      creatorOf: (tenant, files) => migrators.of(tenant, files, { createsSchema: true }),
      carefulMigratorOf: (tenant, refusals) => migrators.careful(tenant, refusals),
      isTransactional: async (tenant, set) =>
        sharesHistory(tenant, tenants) && (await migrators.areTransactional(tenant, firstFiles(set))), // else its table comes first
      engine: engineOf(homes, options, tenants),
      policy: options.policy,
      rollout: tenants.rollout,
      emit: guarded(listener),
      target: targetOf(options).name,
      expect: ({ place }) => expectAt(homes, place),
    },
    {
      interruptible,
      check: (tenant) => list.check([tenant])[0] as Tenant,
      close: () => closeBoth(shared, homes),
    },
  );
}

async function closeBoth(shared: Migrator | null, homes: Homes): Promise<void> {
  await shared?.close();
  await homes.close();
}

/** The placeholder values of a tenant that files use. Nearly always, tenants have the same ones. */
function usedValues(options: ResolvedOptions, tenants: ResolvedTenantsOptions): FleetParts['valuesOf'] {
  const delimiters = options.placeholderDelimiters;
  const known = new WeakMap<MigrationSet, readonly string[]>();
  const namesIn = (set: MigrationSet): readonly string[] => {
    const names = set.migrations.flatMap(({ text }) => placeholderNames(text, { delimiters }));
    return [...new Set(names)].filter((name) => name !== SCHEMA_PLACEHOLDER).toSorted();
  };
  return (tenant, set) => {
    const names = known.get(set) ?? namesIn(set);
    known.set(set, names);
    const { placeholders } = tenantTarget(options, tenants, tenant);
    return names.map((name) => placeholders?.values[name] ?? '');
  };
}

function engineOf(homes: Homes, options: ResolvedOptions, tenants: ResolvedTenantsOptions): FleetEngine {
  const locks = new TenantLocks(homes, tenants);
  return (
    tenants.engine?.create({
      name: `${targetOf(options).name} ${tenants.history}`,
      connection: connectionSource(options.migrateWith ?? options),
      unlocked: (given) => locks.unlocked(given),
    }) ?? new InProcessEngine()
  );
}

/** Has sessions kept for a tenant. Databases of tenants are many, so nothing stays open in them. */
/** The files that a new tenant runs: those that a checkpoint replaces are not among them. */
function firstFiles(set: MigrationSet): readonly Migration[] {
  return joinStatuses(set, NO_HISTORY).flatMap(({ migration }) => migration ?? []);
}

function expectAt(homes: Homes, place: TenantPlace): () => Promise<void> {
  const { reused, reads } = homes.of(place);
  const gone = reused.expect();
  return async () => {
    await gone();
    if (place.database !== '') await reads.closeIdle();
  };
}

/** The list of tenants, checked as a whole. */
class CheckedList {
  constructor(
    private readonly homes: Homes,
    private readonly options: ResolvedOptions,
    private readonly tenants: ResolvedTenantsOptions,
  ) {}

  async read(): Promise<readonly Tenant[]> {
    const { reads } = this.homes.main;
    const query = (sql: string) => reads.use((connection) => connection.query(sql), this.options.timeouts.catalog);
    const tenants = this.check(await readList(this.tenants, query));
    const unknown = tenants.length === 0 ? [] : unknownGroups(tenants, this.tenants.rollout.waves);
    if (unknown.length === 0) return tenants;
    const problems = unknown.map((group) => ({ option: 'tenants.rollout.waves', ...unknownGroup(group, tenants) }));
    throw new ConfigurationError('INVALID_TENANTS', problems);
  }

  /** @throws ConfigurationError listing every problem */
  check(given: readonly unknown[]): readonly Tenant[] {
    const listed = given.map((each): ListedTenant => {
      const connection: ConnectionOptions = isObject(each) ? each : {};
      const hasConnection = ['connectionString', 'connection', 'pool'].some((way) => way in connection);
      return { given: each, hasConnection, place: this.homes.placeOf(connection) };
    });
    const { tenants, problems } = checkTenants(listed, parseTableName(this.options.table).schema);
    if (problems.length > 0) throw new ConfigurationError('INVALID_TENANTS', problems);
    return tenants;
  }
}

interface TenantRunSettings {
  /** Creates the schema in the one transaction of all files. @default false */
  readonly createsSchema?: boolean;
  /** Receives the ID of each run. @default none */
  readonly onStart?: ((runId: string) => void) | undefined;
  /** Why nothing may run for the tenant. @default none */
  readonly refusals?: () => Promise<readonly Finding[]>;
}

/** Assembles a migrator for each tenant. */
class TenantMigrators {
  constructor(
    private readonly homes: Homes,
    private readonly options: ResolvedOptions,
    private readonly tenants: ResolvedTenantsOptions,
    private readonly migrations: Migrations,
    private readonly listener: EmitEvent,
    private readonly schemasFor: SchemasFor,
  ) {}

  /** May be used for anything at any time, so it checks by itself whether anything may run. */
  careful(tenant: Tenant, refusals: () => Promise<readonly Finding[]>): Migrator {
    return this.of(tenant, this.migrations.source, { refusals });
  }

  of(
    tenant: Tenant,
    source: MigrationSource,
    { createsSchema = false, refusals, onStart }: TenantRunSettings = {},
  ): Migrator {
    const home = this.homes.of(tenant.place);
    const isShared = sharesHistory(tenant, this.tenants);
    const options = {
      ...home.options,
      tenants: this.tenants,
      catalog: { ...home.options.catalog, enabled: false },
      recordSource: home.options.recordSource && !isShared,
      ...(createsSchema && { transaction: 'all' as const }),
    };
    const emit: EmitEvent = (event) => {
      if (event.type === 'run-started') onStart?.(event.runId);
      this.listener({ ...event, tenant: tenant.name });
    };
    const target = {
      ...tenantTarget(home.options, this.tenants, tenant),
      createsSchema,
    };
    const { installOnce, ...others } = home;
    const { schema } = tenant;
    const tenantSchemas = schema === undefined ? undefined : () => this.schemasFor(schema);
    const shared = { ...others, installOnce: isShared ? installOnce : undefined, refusals, tenantSchemas };
    return createMigrator(options, emit, { ...this.migrations, source }, target, shared);
  }

  async areTransactional(tenant: Tenant, migrations: readonly Migration[]): Promise<boolean> {
    const { placeholders } = tenantTarget(this.options, this.tenants, tenant);
    const compiled = await Promise.all(migrations.map((each) => this.migrations.compiler.compile(each, placeholders)));
    return compiled.every((each) => 'program' in each && each.program.kind === 'transactional');
  }
}
