import { matchingAny } from '../../core/catalog/patterns.js';
import type { EmitEvent } from '../../core/events/events.js';
import type { FleetEngine } from '../../core/ports/engine.js';
import { secretsOf } from '../../core/target/target.js';
import type { TenantPlace } from '../../core/tenants/tenant.js';
import { Fleet } from '../../fleet/fleet.js';
import type { FleetParts } from '../../fleet/parts.js';
import { InProcessEngine } from '../../fleet/engine/in-process-engine.js';
import type { Migrator } from '../../migrator/migrator.js';
import { connectionSource } from '../connection-source.js';
import { createMigrator, migrationsOf, targetOf } from '../create-migrator.js';
import { guarded } from '../guarded.js';
import { interruptible } from '../interruptible.js';
import type { ResolvedOptions } from '../options.js';
import { unifiedDiff } from '../unified-diff.js';
import { CheckedList } from './checked-list.js';
import { assertDistinctServers } from './distinct-servers.js';
import type { MadeFrom } from './files/checkpoint-tenants.js';
import { allowedSchemas } from './files/allowed-schemas.js';
import { lintTenantFiles } from './files/lint-tenants.js';
import { usedValues } from './files/used-values.js';
import { Homes } from './homes.js';
import { FleetCatalogs } from './tenant-catalogs.js';
import { TenantLocks } from './tenant-locks.js';
import { TenantMigrators } from './tenant-migrators.js';
import { FleetRecords } from './tenant-records.js';
import { FleetSchemas } from './tenant-schemas.js';
import { tenantTarget } from './tenant-target.js';
import { TENANTS_DIRECTORY, type ResolvedTenantsOptions, type TenantDefinition } from './tenants-options.js';

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
  const migrations = migrationsOf({ ...options, directory: tenants.directory }, TENANTS_DIRECTORY);
  const list = new CheckedList(homes, options, tenants);
  const schemasFor = allowedSchemas(options, tenants);
  const migrators = new TenantMigrators(homes, options, tenants, migrations, listener, schemasFor);
  return Fleet.of<TenantDefinition>(
    {
      shared: shared ?? undefined,
      list: () => list.read(),
      listIfReadable: () => list.readIfReadable(),
      assertDistinct: (all) => assertDistinctServers(homes, all),
      source: migrations.source,
      records: new FleetRecords(homes, tenants),
      schemas: new FleetSchemas(homes, tenants),
      catalogs: options.catalog.enabled ? new FleetCatalogs(homes, tenants) : undefined,
      ignoresObject: matchingAny(options.catalog.ignore),
      diffTexts: unifiedDiff,
      valuesOf: usedValues(options, tenants),
      lint: (sample) => lintTenantFiles({ options, tenants, migrations }, sample, schemasFor),
      checkpoint: checkpointWith({ homes, tenants, migrations }, list),
      secretsOf: (tenant) => secretsOf(tenantTarget(options, tenants, tenant)),
      migratorOf: (tenant, files, settings) => migrators.of(tenant, files, settings),
      creatorOf: (tenant, files) => migrators.of(tenant, files, { createsSchema: true }),
      carefulMigratorOf: (tenant, refusals) => migrators.careful(tenant, refusals),
      isTransactional: (tenant, set) => migrators.areTransactional(tenant, set),
      engine: engineOf(homes, options, tenants),
      policy: options.policy,
      rollout: tenants.rollout,
      emit: guarded(listener),
      target: targetOf(options).name,
      expect: ({ place }) => expectAt(homes, place),
    },
    {
      interruptible,
      check: (tenant) => list.checkOne(tenant),
      close: () => closeBoth(shared, homes),
    },
  );
}

function checkpointWith(made: Omit<MadeFrom, 'list'>, list: CheckedList): FleetParts['checkpoint'] {
  return async (...given) => {
    const { checkpointTenants } = await import('./files/checkpoint-tenants.js');
    return checkpointTenants({ ...made, list: await list.read() }, ...given);
  };
}

async function closeBoth(shared: Migrator | null, homes: Homes): Promise<void> {
  await shared?.close();
  await homes.close();
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
function expectAt(homes: Homes, place: TenantPlace): () => Promise<void> {
  const { reused, reads } = homes.of(place);
  const gone = reused.expect();
  return async () => {
    await gone();
    if (place.database !== '') await reads.closeIdle();
  };
}
