import { quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';
import {
  INDEXED_TENANT_COLUMNS,
  indexName,
  TENANT_COLUMNS,
  type HistoryScope,
} from '../../core/target/history-scope.js';
import { COLUMN_NAMES, HISTORY_COLUMNS, keyOf } from './columns.js';
import { createCompanion, type CompanionName } from '../companions/tables.js';
import type { TableShape } from './table-shape.js';

/**
 * A version of our objects in the database. The catalog shows whether it is installed, not a counter, because a table
 * may have been made by hand or restored. Released versions never change; new ones are appended.
 */
export interface ObjectVersion {
  readonly number: number;
  /** What it adds, for docs/history-table.md. */
  readonly summary: string;
  readonly isInstalled: (shape: TableShape) => boolean;
  /** The companion table that it creates, which is skipped if the role cannot create it. */
  readonly companion?: CompanionName;
  /** True if it only makes something faster: if the table is locked, it is left to a later run. @default false */
  readonly canWait?: boolean;
  /** Upgrades from the previous version. */
  readonly statements: (scope: HistoryScope, shape: TableShape) => readonly string[];
}

/** All versions, by number. */
export const OBJECT_VERSIONS: readonly ObjectVersion[] = [
  {
    number: 1,
    summary: 'the history table',
    isInstalled: ({ kind }) => kind !== null,
    statements: createTable,
  },
  {
    number: 2,
    summary: 'columns that an older runner did not have',
    // A new table has all columns.
    isInstalled: (shape) => shape.kind === null || missingColumns(shape).length === 0,
    statements: ({ name: table }, shape) => [
      `ALTER TABLE ${table} ${missingColumns(shape)
        .map((name) => `ADD COLUMN IF NOT EXISTS ${name} ${HISTORY_COLUMNS[name].type}`)
        .join(', ')}`,
    ],
  },
  {
    number: 3,
    summary: 'the key that claims depend on',
    isInstalled: ({ kind, hasKey }) => kind === null || hasKey,
    statements: (scope) => [`ALTER TABLE ${scope.name} ADD UNIQUE (${keyOf(scope).join(', ')})`],
  },
  companion(4, 'audit', 'the audit'),
  companion(5, 'source', 'the sources of migrations'),
  companion(6, 'incidents', 'drift incidents'),
  companion(7, 'catalog', 'recorded catalogs'),
  {
    number: 8,
    summary: 'the names of schemas in the history of tenants',
    // Only the history of tenants has OIDs.
    isInstalled: ({ columns }) => !columns.includes('schema_oid') || columns.includes('schema_name'),
    statements: ({ name: table }) => [
      `ALTER TABLE ${table} ADD COLUMN schema_name text`,
      `UPDATE ${table} AS t SET schema_name = coalesce(${SCHEMA_NAME_BY_OID}, '')`,
      `ALTER TABLE ${table} ALTER COLUMN schema_name SET NOT NULL`,
    ],
  },
  {
    number: 9,
    summary: 'indexes by schema for the history of tenants',
    // A new table has them.
    isInstalled: ({ unindexed }) => unindexed.length === 0,
    canWait: true,
    statements: (scope, { unindexed }) =>
      INDEXED_TENANT_COLUMNS.filter((column) => unindexed.includes(column)).map((column) => createIndex(scope, column)),
  },
];

/** The name of the schema of a row `t`, if no name was recorded; NULL if the schema no longer exists. */
export const SCHEMA_NAME_BY_OID =
  '(SELECT n.nspname::pg_catalog.text FROM pg_catalog.pg_namespace n WHERE n.oid = t.schema_oid)';

function companion(number: number, name: CompanionName, summary: string): ObjectVersion {
  return {
    number,
    summary,
    isInstalled: ({ companions }) => companions[name] !== 'absent',
    companion: name,
    statements: ({ history }) => createCompanion(history, name),
  };
}

/** Another process may create it at the same time. */
function createIndex({ table, name }: HistoryScope, column: (typeof INDEXED_TENANT_COLUMNS)[number]): string {
  return `CREATE INDEX IF NOT EXISTS ${quoteIdentifier(indexName(table, column))} ON ${name} (${column})`;
}

function missingColumns({ columns }: TableShape): (keyof typeof HISTORY_COLUMNS)[] {
  return COLUMN_NAMES.filter((name) => !columns.includes(name));
}

/** No `CREATE SCHEMA IF NOT EXISTS`: it needs the CREATE privilege even if the schema exists. */
function createTable(scope: HistoryScope, { schemaExists }: TableShape): string[] {
  const { name: table } = scope;
  return [
    ...(schemaExists ? [] : [`CREATE SCHEMA ${quoteIdentifier(scope.table.schema)}`]),
    `CREATE TABLE ${table} (${columnsOf(scope).join(', ')})`,
    ...(scope.tenant ? INDEXED_TENANT_COLUMNS.map((column) => createIndex(scope, column)) : []),
    `COMMENT ON TABLE ${table} IS 'History of migrations. A row means applied only when error_message is null.'`,
    ...Object.entries({ ...(scope.tenant && TENANT_COLUMNS), ...HISTORY_COLUMNS }).map(
      ([column, { comment }]) => `COMMENT ON COLUMN ${table}.${column} IS ${quoteLiteral(comment)}`,
    ),
  ];
}

/** A shared table has the same columns, and more columns in its key. */
function columnsOf(scope: HistoryScope): string[] {
  const columns = COLUMN_NAMES.map((column) => `${column} ${HISTORY_COLUMNS[column].type}`);
  if (!scope.tenant) return columns;
  const own = Object.entries(TENANT_COLUMNS).map(([name, { type }]) => `${name} ${type}`);
  const others = columns.map((column) => column.replace(' PRIMARY KEY', ' NOT NULL'));
  return [...own, ...others, `PRIMARY KEY (${keyOf(scope).join(', ')})`];
}
