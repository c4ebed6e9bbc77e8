import { placeholderNames } from '../../../core/compile/placeholders.js';
import { mixedTenants, noTenants } from '../../../core/errors/catalog/checkpoint-error.js';
import type { Migration } from '../../../core/migration/migration.js';
import { MigrationSet } from '../../../core/migration/migration-set.js';
import { MAIN_DATABASE, SCHEMA_PLACEHOLDER, type Tenant } from '../../../core/tenants/tenant.js';
import type { MigratorParts } from '../../../migrator/run/parts.js';
import { checkpoint } from '../../../migrator/use-cases/checkpoint/checkpoint.js';
import {
  checkpointOfTenants,
  type TenantCheckpointParts,
} from '../../../migrator/use-cases/checkpoint/tenant-checkpoint.js';
import type { CheckpointReport, ProofOptions } from '../../../migrator/use-cases/checkpoint/write-checkpoint.js';
import { KnownFiles } from '../../../migrator/use-cases/known-files.js';
import { migrationsOf, partsOf, targetOf, type Migrations } from '../../create-migrator.js';
import type { Home, Homes } from '../homes.js';
import { inDatabase } from '../read-each-database.js';
import { tenantTarget } from '../tenant-target.js';
import type { ResolvedTenantsOptions } from '../tenants-options.js';
import { ANY_SCHEMA, ANY_TENANT } from './any-tenant.js';

/** What a checkpoint of tenants' files is made from. */
export interface MadeFrom {
  readonly homes: Homes;
  readonly tenants: ResolvedTenantsOptions;
  readonly migrations: Migrations;
  /** The list. Only the kind of tenants matters, and where they are. */
  readonly list: readonly Tenant[];
}

/**
 * Writes a checkpoint of tenants' files: for schemas next to the shared files, for schemas in other databases, or for
 * tenants with databases of their own.
 *
 * @throws CheckpointError and what `checkpoint()` of a single target throws
 */
export async function checkpointTenants(
  made: MadeFrom,
  version: string,
  options: ProofOptions,
  signal: AbortSignal,
): Promise<CheckpointReport> {
  const { homes, list } = made;
  const sample = sampleOf(list);
  const write = (home: Home): Promise<CheckpointReport> => {
    if (sample && sample.schema === undefined)
      return checkpoint(partsFor(made, home, sample), version, options, signal);
    return checkpointOfTenants(partsWithSchema(made, home, sample ?? ANY_TENANT), version, options, signal);
  };
  if (sample) return inDatabase(homes, sample, write);
  await assertSchemas(made);
  return write(homes.main);
}

/** Without a tenant, the list or the files must show that tenants have schemas. @throws CheckpointError */
async function assertSchemas(made: MadeFrom): Promise<void> {
  if (typeof made.tenants.list === 'string') return; // a query returns no connections
  const { source, targetOf: target } = partsWithSchema(made, made.homes.main, ANY_TENANT);
  const { placeholders } = target(ANY_SCHEMA);
  const { migrations, checkpoints } = await source.read();
  const isNamed = ({ text }: Migration): boolean =>
    placeholders !== undefined && placeholderNames(text, placeholders).includes(SCHEMA_PLACEHOLDER);
  if (![...migrations, ...checkpoints].some(isNamed)) throw noTenants();
}

function partsFor({ tenants, migrations }: MadeFrom, { options, reads }: Home, tenant: Tenant): MigratorParts {
  const target = tenantTarget(options, tenants, tenant);
  return partsOf({ ...options, directory: tenants.directory }, () => {}, migrations, target, { reads });
}

function partsWithSchema(made: MadeFrom, home: Home, sample: Tenant): TenantCheckpointParts {
  const { options, reads } = home;
  const { tenants } = made;
  const shared = partsOf(options, () => {}, migrationsOf(options), targetOf(options), { reads });
  const hasFiles = tenants.sharedFiles && sample.place.database === MAIN_DATABASE;
  const { source, compiler, writer } = partsFor(made, home, sample);
  return {
    shared: hasFiles ? shared : { ...shared, source: new KnownFiles(new MigrationSet('', [])) },
    source,
    compiler,
    writer,
    targetOf: (schema) => tenantTarget(options, tenants, { ...sample, name: schema, schema }),
  };
}

/** A tenant that represents them all, if possible one in the database of the shared files. */
function sampleOf(list: readonly Tenant[]): Tenant | undefined {
  const withSchema = list.filter(({ schema }) => schema !== undefined);
  const without = list.find(({ schema }) => schema === undefined);
  const sample = withSchema.find(({ place }) => place.database === MAIN_DATABASE) ?? withSchema[0];
  if (sample && without) throw mixedTenants(sample.name, without.name);
  return sample ?? without;
}
