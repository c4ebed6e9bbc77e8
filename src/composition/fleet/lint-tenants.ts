import type { Tenant } from '../../core/tenants/tenant.js';
import { lint, type LintReport } from '../../migrator/use-cases/preview/lint.js';
import { parseStatements } from '../../postgres/parser/parse-sql.js';
import { settingsOf, type Migrations } from '../create-migrator.js';
import type { ResolvedOptions } from '../options.js';
import { tenantTarget } from './tenant-target.js';
import type { ResolvedTenantsOptions } from './tenants-options.js';

/** Stands for the schema of any tenant: whatever else a file names is hard-coded. */
const ANY_SCHEMA = 'schema_of_the_tenant';

const ANY_TENANT: Tenant = {
  name: 'tenant',
  schema: ANY_SCHEMA,
  group: undefined,
  placeholders: {},
  place: { database: '', server: '' },
};

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
  schemasFor: (schema: string) => Promise<ReadonlySet<string>>,
): Promise<LintReport> {
  const hasSchema = sample === undefined || sample.schema !== undefined;
  const tenant = { ...(sample ?? ANY_TENANT), schema: hasSchema ? ANY_SCHEMA : undefined };
  const parts = {
    ...migrations,
    target: tenantTarget(options, tenants, tenant),
    policy: settingsOf(options).policy,
    parse: parseStatements,
    tenantSchemas: hasSchema ? () => schemasFor(ANY_SCHEMA) : undefined,
  };
  return lint(parts, undefined);
}
