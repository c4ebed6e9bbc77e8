import type { Placeholders } from '../compile/placeholders.js';
import { HistoryScope, type TenantScope } from './history-scope.js';
import type { TableName } from './table.js';

/** Where a set of migrations is applied. The adapter for the target holds the connection. */
export interface Target {
  /** Database and history table, for messages: `app/shared.schema_migrations`. */
  readonly name: string;
  readonly table: TableName;
  /** The tenant, if tenants share the history. @default the history is the target's own */
  readonly tenant?: TenantScope | undefined;
  /** The same if the history is in the schema of the tenant itself. @default it is elsewhere, or there is no schema */
  readonly ownSchema?: TenantScope | undefined;
  /** The role that migrations run as. @default the login role */
  readonly role?: string | undefined;
  /** True: the schema of the tenant is created in the transaction of the migrations, if there is none. @default false */
  readonly createsSchema?: boolean;
  /** The `search_path` of migrations. @default the setting of the role or the database */
  readonly searchPath?: readonly string[] | undefined;
  /** Values for placeholders in migrations. @default the feature is off */
  readonly placeholders?: Placeholders | undefined;
}

/** The rows of the target in the history. */
export function historyScopeOf({ table, tenant }: Pick<Target, 'table' | 'tenant'>): HistoryScope {
  return new HistoryScope(table, tenant);
}

/** The schema of unqualified names, if the target specifies one. */
export function defaultSchemaOf({ searchPath }: Pick<Target, 'searchPath'>): string | undefined {
  return searchPath?.find((schema) => schema !== '$user');
}

/** The placeholder values that messages must not show. */
export function secretsOf({ placeholders }: Pick<Target, 'placeholders'>): string[] {
  const { values = {}, shown = [] } = placeholders ?? {};
  return Object.entries(values).flatMap(([name, value]) => (shown.includes(name) ? [] : [value]));
}
