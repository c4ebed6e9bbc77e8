import { quoteIdentifier } from '../../core/sql/text/quote.js';
import { tenantsTable } from '../../core/target/history-scope.js';
import { displayName, parseTableName, type TableName } from '../../core/target/table.js';
import type { Target } from '../../core/target/target.js';
import { SCHEMA_PLACEHOLDER, type Tenant } from '../../core/tenants/tenant.js';
import { historyPlace } from '../history-place.js';
import type { ResolvedOptions } from '../options.js';
import type { ResolvedTenantsOptions } from './tenants-options.js';

/** True if the history of a tenant is in the table that tenants share. */
export function sharesHistory({ schema }: Tenant, { history }: Pick<ResolvedTenantsOptions, 'history'>): boolean {
  return schema !== undefined && history === 'shared';
}

/** The target for the migrations of a tenant. @param options with the connection to its database. */
export function tenantTarget(options: ResolvedOptions, tenants: ResolvedTenantsOptions, tenant: Tenant): Target {
  const { role, placeholderDelimiters: delimiters } = options;
  const { name, schema } = tenant;
  const table = historyTable(options, tenants, tenant);
  const isShared = sharesHistory(tenant, tenants);
  const database = historyPlace(options)?.database;
  const place = displayName(isShared ? tenantsTable(table) : table);
  return {
    name: [...(database === undefined ? [] : [database]), place, ...(isShared ? [name] : [])].join('/'),
    table,
    ...(schema !== undefined && { [isShared ? 'tenant' : 'ownSchema']: { name, schema } }),
    role,
    searchPath: schema === undefined ? options.searchPath : [schema, ...(options.searchPath ?? [])],
    placeholders: {
      values: {
        ...options.placeholders,
        ...tenant.placeholders,
        ...(schema !== undefined && { [SCHEMA_PLACEHOLDER]: quoteIdentifier(schema) }),
      },
      delimiters,
      shown: [SCHEMA_PLACEHOLDER],
    },
  };
}

function historyTable({ table }: ResolvedOptions, { history }: ResolvedTenantsOptions, { schema }: Tenant): TableName {
  const shared = parseTableName(table);
  return schema !== undefined && history === 'per-tenant' ? { schema, table: shared.table } : shared;
}
