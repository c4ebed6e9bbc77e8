import { HistoryTableError } from '../../core/errors/database-errors.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { INDEXED_TENANT_COLUMNS, indexName, type HistoryScope } from '../../core/target/history-scope.js';
import { displayName, type TableName } from '../../core/target/table.js';
import type { ActingRole } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { queryError } from '../connection/server-error.js';
import { companionsSql, companionStates, type CompanionName, type CompanionState } from '../companions/tables.js';
import { KEY_COLUMN, keyOf } from './columns.js';

/** The privileges that a run needs on the history table. */
const RIGHTS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;

/** The object with the history table's name, as found in the catalog. */
export interface TableShape {
  readonly schemaExists: boolean;
  /** `pg_class.relkind`; null if no object has that name. */
  readonly kind: string | null;
  readonly columns: readonly string[];
  /** True if a unique index on `migration_file` alone can enforce our claims. */
  readonly hasKey: boolean;
  /** Columns of a shared table that have no index yet, and on which the role may create one. */
  readonly unindexed: readonly string[];
  /** The role that writes. */
  readonly role: string;
  /** Privileges on the table that the role lacks. */
  readonly missingRights: readonly string[];
  /** True if the role has the privilege to create tables in the schema. */
  readonly mayCreate: boolean;
  readonly companions: Readonly<Record<CompanionName, CompanionState>>;
}

/** Inspects the catalog. @param role the role that will write. @throws MigrationError */
export async function readShape(connection: PgConnection, scope: HistoryScope, role: ActingRole): Promise<TableShape> {
  const { history } = scope;
  const { schema, table } = scope.table;
  const key = keyOf(scope);
  const writer = role === undefined ? 'current_user::text' : quoteLiteral(role);
  const lacks = RIGHTS.map(
    (right) =>
      `CASE WHEN NOT pg_catalog.has_table_privilege(${writer}::pg_catalog.name, c.oid, '${right}') THEN '${right}' END`,
  );
  const [row] = await connection
    .query(
      `SELECT n.oid IS NOT NULL AS schema_exists, c.relkind::text AS kind, ${writer} AS role,
              pg_catalog.to_json(ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)) AS columns,
              EXISTS (SELECT FROM pg_catalog.pg_index i
                        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[${key.length - 1}]
                       WHERE i.indrelid = c.oid AND a.attname = '${KEY_COLUMN}' AND i.indnkeyatts = ${key.length}
                         AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL) AS has_key,
              ${scope.tenant ? unindexedSql(scope.table, writer) : 'NULL'} AS unindexed,
              CASE WHEN c.relkind IN ('r', 'p') THEN pg_catalog.to_json(pg_catalog.array_remove(ARRAY[${lacks.join(', ')}], NULL)) END AS missing_rights,
              n.oid IS NULL OR pg_catalog.has_schema_privilege(${writer}::pg_catalog.name, n.oid, 'CREATE') AS may_create,
              ${companionsSql(history, writer, 'n.oid')} AS companions
         FROM (SELECT 1) AS one
         LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = ${quoteLiteral(schema)}
         LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = ${quoteLiteral(table)}`,
    )
    .catch((error: unknown) => {
      throw queryError('inspecting the history table', error);
    });
  if (!row) throw new Error('the catalog query returned no row');
  return {
    schemaExists: row['schema_exists'] === 't',
    kind: row['kind'] ?? null,
    columns: names(row['columns']),
    hasKey: row['has_key'] === 't',
    unindexed: names(row['unindexed']),
    role: row['role'] ?? '',
    missingRights: names(row['missing_rights']),
    mayCreate: row['may_create'] === 't',
    companions: companionStates(history, row['companions']),
  };
}

/** Indexes may have been created by hand under another name. If something else has the name, there will be none. */
function unindexedSql(table: TableName, writer: string): string {
  const wanted = INDEXED_TENANT_COLUMNS.map(
    (name) => `(${quoteLiteral(name)}, ${quoteLiteral(indexName(table, name))})`,
  );
  return (
    `CASE WHEN c.relkind IN ('r', 'p') AND pg_catalog.pg_has_role(${writer}::pg_catalog.name, c.relowner, 'USAGE') ` +
    `AND pg_catalog.has_schema_privilege(${writer}::pg_catalog.name, n.oid, 'CREATE') THEN pg_catalog.to_json(ARRAY(` +
    `SELECT u.name FROM (VALUES ${wanted.join(', ')}) AS u (name, index) ` +
    `WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class x WHERE x.relnamespace = n.oid AND x.relname = u.index::pg_catalog.name) ` +
    `AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i ` +
    `JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] ` +
    `WHERE i.indrelid = c.oid AND a.attname = u.name AND i.indisvalid AND i.indpred IS NULL))) END`
  );
}

function names(json: string | null | undefined): string[] {
  return JSON.parse(json ?? '[]') as string[];
}

/** Passes if the table does not exist. @throws HistoryTableError if the object is not a history table. */
export function assertHistoryTable({ kind, columns }: TableShape, name: TableName): void {
  if (kind === null) return;
  const table = displayName(name);
  if (kind !== 'r' && kind !== 'p') {
    throw new HistoryTableError(
      table,
      `${table} is not a table. Choose another name with the option "table"; it was left untouched.`,
    );
  }
  if (!columns.includes(KEY_COLUMN)) {
    throw new HistoryTableError(
      table,
      `${table} belongs to something else: it has no column ${KEY_COLUMN} (its columns: ${columns.join(', ')}). ` +
        'Choose another name with the option "table"; it was left untouched.',
    );
  }
}
