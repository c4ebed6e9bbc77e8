import { placeholderNames } from '../../../core/compile/placeholders.js';
import type { SecondOpinion } from '../../../core/lint/second-opinion.js';
import type { MigrationSet } from '../../../core/migration/migration-set.js';
import { SCHEMA_PLACEHOLDER, type Tenant } from '../../../core/tenants/tenant.js';
import { KnownFiles } from '../../../migrator/use-cases/known-files.js';
import { lint, type LintReport } from '../../../migrator/use-cases/preview/lint.js';
import { parseStatements } from '../../../postgres/parser/parse-sql.js';
import { migrationsOf, settingsOf, type Migrations } from '../../create-migrator.js';
import type { ResolvedOptions } from '../../options.js';
import { tenantTarget } from '../tenant-target.js';
import { TENANTS_DIRECTORY, type ResolvedTenantsOptions, type TenantDefinition } from '../tenants-options.js';
import { ANY_SCHEMA, ANY_TENANT } from './any-tenant.js';
import { allowedSchemas, type SchemasFor } from './allowed-schemas.js';

/**
 * Lints all files of tenants without a database, each as if it were the only pending one.
 *
 * @param sample a tenant, for the values of placeholders. @default they have the values of the options
 * @param schemasFor the schemas that a tenant's files may name.
 */
export function lintTenantFiles(
  {
    options,
    tenants,
    migrations,
  }: { options: ResolvedOptions; tenants: ResolvedTenantsOptions; migrations: Migrations },
  sample: Tenant | undefined,
  schemasFor: SchemasFor,
  secondOpinion?: SecondOpinion,
): Promise<LintReport> {
  const hasSchema = sample === undefined || sample.schema !== undefined;
  const tenant = { ...(sample ?? ANY_TENANT), schema: hasSchema ? ANY_SCHEMA : undefined };
  const parts = {
    ...migrations,
    target: tenantTarget(options, tenants, tenant),
    policy: settingsOf(options).policy,
    parse: parseStatements,
    secondOpinion,
    tenantSchemas: hasSchema ? () => schemasFor(ANY_SCHEMA) : undefined,
  };
  return lint(parts, undefined);
}

/**
 * The same without reading the list, if it is not an array: then, and if nobody is listed, placeholders without a value
 * have their names as values.
 *
 * @param known the migrations, if they have been read.
 * @throws DirectoryError
 */
export async function lintTenantDirectory(
  options: ResolvedOptions,
  tenants: ResolvedTenantsOptions,
  known?: MigrationSet,
  secondOpinion?: SecondOpinion,
): Promise<LintReport> {
  const { source: directory, compiler } = migrationsOf({ ...options, directory: tenants.directory }, TENANTS_DIRECTORY);
  const set = known ?? (await directory.read());
  const migrations = { source: new KnownFiles(set), compiler };
  const sample = { ...ANY_TENANT, ...sampleOf(tenants.list, set, options) };
  const allowed = allowedSchemas(options, tenants);
  const schemasFor: SchemasFor = async (schema) =>
    new Set([...(await allowed(schema)), ...Object.values(sample.placeholders)]);
  return lintTenantFiles({ options, tenants, migrations }, sample, schemasFor, secondOpinion);
}

/** What is known about tenants: one with a schema counts, if there is one, as only its files can name another one. */
function sampleOf(
  list: ResolvedTenantsOptions['list'],
  { migrations }: MigrationSet,
  { placeholders = {}, placeholderDelimiters: delimiters }: ResolvedOptions,
): Partial<Tenant> {
  const known = Array.isArray(list) ? (list as readonly TenantDefinition[]).flat() : [];
  if (known.length > 0) {
    const values = known.map((each) => each.placeholders ?? {});
    return {
      schema: known.find(({ schema }) => schema !== undefined)?.schema,
      placeholders: Object.assign({}, ...values.toReversed()) as Readonly<Record<string, string>>,
    };
  }
  const names = migrations.flatMap(({ text }) => placeholderNames(text, { delimiters }));
  const without = names.filter((name) => !Object.hasOwn(placeholders, name) && name !== SCHEMA_PLACEHOLDER);
  return { placeholders: Object.fromEntries(without.map((name) => [name, name])) };
}
