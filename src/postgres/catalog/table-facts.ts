import type { CatalogFacts, ColumnFacts, TableFacts } from '../../core/lint/model/facts.js';
import type { RelationName } from '../../core/lint/syntax/relation.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { Row } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';

/**
 * Reads facts about relations in one round trip. It reads only the catalog: opening a table would wait for its lock.
 *
 * @param searchPath where to look for unqualified names. @default the search path of the session
 * @throws MigrationError
 */
export async function readTableFacts(
  connection: PgConnection,
  names: readonly RelationName[],
  searchPath: readonly string[] | undefined,
): Promise<CatalogFacts> {
  const rows = await connection.query(factsQuery(names, searchPath)).catch((error: unknown) => {
    throw queryError('reading facts about tables', error);
  });
  const [first] = rows;
  return {
    serverVersion: Number(first?.['server_version']),
    defaultSchema: first?.['default_schema'] ?? undefined,
    tables: rows.flatMap((row) => {
      const name = row['n'] == null ? undefined : names[Number(row['n'])];
      return name ? [{ name, facts: factsOf(row) }] : [];
    }),
  };
}

const KINDS: Readonly<Record<string, TableFacts['kind']>> = {
  r: 'table',
  p: 'partitioned table',
  i: 'index',
  I: 'index',
  v: 'view',
  m: 'materialized view',
};

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly modifiers: string | null;
  readonly is_array: boolean;
  readonly not_null: boolean;
  readonly checked: boolean;
  readonly is_unique: boolean;
}

function factsOf(row: Row): TableFacts {
  const { kind, row_count: rows, bytes, columns, table_schema: schema, table_name: table } = row;
  return {
    kind: KINDS[kind ?? ''] ?? 'other',
    rows: rows == null ? undefined : Number(rows),
    bytes: Number(bytes ?? 0),
    columns: (JSON.parse(columns ?? '[]') as ColumnRow[]).map(columnOf),
    table: schema == null || table == null ? undefined : { schema, name: table },
  };
}

function columnOf({ name, type, modifiers, is_array, not_null, checked, is_unique }: ColumnRow): ColumnFacts {
  return {
    name,
    type: { name: type, modifiers: modifiers?.split(',').map(Number) ?? [], isArray: is_array },
    notNull: not_null,
    checkedNotNull: checked,
    unique: is_unique,
  };
}

function factsQuery(names: readonly RelationName[], searchPath: readonly string[] | undefined): string {
  const wanted = names.map(({ schema, name }, n) => `(${n}, ${literal(schema)}, ${literal(name)})`).join(', ');
  const path = searchPath
    ? `ARRAY[${searchPath.map(quoteLiteral).join(', ')}]::text[]`
    : 'pg_catalog.current_schemas(false)::text[]';
  return `
    WITH wanted (n, schema, name) AS (${wanted === '' ? 'SELECT 0, NULL::text, NULL::text WHERE false' : `VALUES ${wanted}`}),
         server AS (SELECT pg_catalog.current_setting('server_version_num')::int AS version, ${path} AS path),
         found AS (
           SELECT w.n, r.* FROM wanted w CROSS JOIN server f CROSS JOIN LATERAL (
             SELECT c.oid, c.relkind::text AS kind
               FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
              WHERE c.relname = w.name
                AND (s.nspname = w.schema OR w.schema IS NULL AND s.nspname = ANY (f.path))
              ORDER BY pg_catalog.array_position(f.path, s.nspname::text) LIMIT 1) r)
    SELECT f.version AS server_version, f.path[1] AS default_schema, r.n, r.kind, size.row_count, size.bytes,
           columns.columns, indexed.table_schema, indexed.table_name
      FROM server f
      LEFT JOIN found r ON true
      LEFT JOIN LATERAL (${SIZE}) size ON true
      LEFT JOIN LATERAL (${COLUMNS}) columns ON true
      LEFT JOIN LATERAL (${INDEXED_TABLE}) indexed ON true`;
}

function literal(text: string | undefined): string {
  return `${text === undefined ? 'NULL' : quoteLiteral(text)}::text`;
}

/** Of the table and all its partitions. Before PostgreSQL 14, a table that was never analyzed appears to be empty. */
const SIZE = `
  WITH RECURSIVE tree (oid) AS (
    SELECT r.oid UNION ALL SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid)
  SELECT sum(c.reltuples) FILTER (WHERE c.reltuples > 0::pg_catalog.float4 OR c.reltuples = 0::pg_catalog.float4 AND (f.version >= 140000 OR c.relpages > 0))::bigint AS row_count,
         sum(c.relpages::bigint + coalesce(t.relpages, 0)) * pg_catalog.current_setting('block_size')::numeric AS bytes
    FROM tree JOIN pg_catalog.pg_class c USING (oid) LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid
   WHERE c.relkind IN ('r', 'm')`;

/**
 * The expression of a constraint is compared in its stored form, because deparsing opens the table. Since PostgreSQL 18,
 * a column may be marked NOT NULL before its rows have been checked.
 */
const COLUMNS = `
  SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
           'name', a.attname,
           'type', coalesce(e.typname, t.typname),
           'modifiers', pg_catalog.substring(pg_catalog.format_type(a.atttypid, a.atttypmod), '\\(([0-9]+(?:,[0-9]+)*)\\)'),
           'is_array', e.oid IS NOT NULL,
           'not_null', a.attnotnull AND NOT EXISTS (
             SELECT FROM pg_catalog.pg_constraint k
              WHERE k.conrelid = r.oid AND k.contype = 'n' AND pg_catalog.cardinality(k.conkey) = 1 AND k.conkey[1] = a.attnum AND NOT k.convalidated),
           'checked', EXISTS (
             SELECT FROM pg_catalog.pg_constraint k
              WHERE k.conrelid = r.oid AND k.contype = 'c' AND pg_catalog.cardinality(k.conkey) = 1 AND k.conkey[1] = a.attnum AND k.convalidated
                AND k.conbin::text ~ '^\\{NULLTEST .*:nulltesttype 1 '),
           'is_unique', EXISTS (
             SELECT FROM pg_catalog.pg_index i
              WHERE i.indrelid = r.oid AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1
                AND i.indkey[0] = a.attnum AND i.indpred IS NULL)) ORDER BY a.attnum) AS columns
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
   WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped AND r.kind IN ('r', 'p')`;

const INDEXED_TABLE = `
  SELECT s.nspname AS table_schema, c.relname AS table_name
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
    JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
   WHERE i.indexrelid = r.oid`;
