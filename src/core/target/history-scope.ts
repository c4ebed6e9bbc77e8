import { quoteIdentifier, quoteLiteral } from '../sql/text/quote.js';
import { companionTable, qualifiedName, type TableName } from './table.js';

/** A tenant in a shared history. */
export interface TenantScope {
  readonly name: string;
  /** Its schema. If it is dropped and created again, it has another OID, and so no history. */
  readonly schema: string;
}

/** The suffix of the shared history table of tenants. */
const TENANTS_SUFFIX = 'tenants';

/** Columns that only a shared table has; they precede the others. */
export const TENANT_COLUMNS = {
  tenant: { type: 'text NOT NULL', comment: 'the name of the tenant' },
  schema_oid: {
    type: 'oid NOT NULL',
    comment: 'the OID of its schema; a schema that is dropped and created again gets a new one',
  },
  schema_name: {
    type: 'text NOT NULL',
    comment: 'the name of its schema, by which the schema is recognized in a restored database',
  },
} as const;

/** The columns that identify a row of a shared table. */
export const TENANT_KEY = ['tenant', 'schema_oid', 'migration_file'] as const;

/** The columns of a shared table by which rows of other tenants are found: whose history a schema has. */
export const INDEXED_TENANT_COLUMNS = ['schema_oid', 'schema_name'] as const;

/** The name of the index of a shared table on one of these columns. */
export function indexName(table: TableName, column: (typeof INDEXED_TENANT_COLUMNS)[number]): string {
  return companionTable(table, `${column}_idx`).table;
}

/** The rows of one target: a whole table, or those of one tenant in a shared table. */
export class HistoryScope {
  /** Where the rows are. */
  readonly table: TableName;
  /** The same, quoted, for use in SQL. */
  readonly name: string;
  /** ` AND …`: the condition for the rows of the target. Empty for a whole table. */
  readonly andOwn: string;
  /** Values of the columns that only a shared table has, as SQL. */
  readonly values: Readonly<Record<string, string>>;

  /** @param history companion tables are named after it. */
  constructor(
    readonly history: TableName,
    readonly tenant?: TenantScope,
  ) {
    this.table = tenant ? tenantsTable(history) : history;
    this.name = qualifiedName(this.table);
    const key = tenant && { tenant: quoteLiteral(tenant.name), schema_oid: schemaOid(tenant.schema) };
    this.values = key ? { ...key, schema_name: quoteLiteral(tenant.schema) } : {};
    this.andOwn = Object.entries(key ?? {})
      .map(([column, value]) => ` AND ${column} = ${value}`)
      .join('');
  }

  /** A table, or a subquery, with only the rows of the target. */
  get rows(): string {
    return this.tenant ? `(SELECT * FROM ${this.name} WHERE true${this.andOwn}) AS own` : this.name;
  }
}

/** The shared history table of tenants, next to a history table. */
export function tenantsTable(history: TableName): TableName {
  return companionTable(history, TENANTS_SUFFIX);
}

/** The OID of a schema, as SQL; null if it does not exist. Looked up when the statement runs. */
export function schemaOid(schema: string): string {
  return `pg_catalog.to_regnamespace(${quoteLiteral(quoteIdentifier(schema))})::pg_catalog.oid`;
}
