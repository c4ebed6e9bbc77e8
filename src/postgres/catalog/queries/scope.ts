import { patternSource } from '../../../core/catalog/patterns.js';
import { quoteLiteral } from '../../../core/sql/text/quote.js';
import type { TableName } from '../../../core/target/table.js';
import { notOfExtension } from './object-query.js';

/** Which objects are read. Those outside any schema always are. */
export interface QueryScope {
  /** Condition on `pg_namespace n`. Schemas of PostgreSQL itself, of a session and of extensions are never read. */
  readonly schemas: string;
  /** Tables that are left out, with everything that belongs to them. */
  readonly without: readonly TableName[];
}

/** A condition on `pg_namespace n`: its name matches one of these patterns, in which `*` stands for any characters. */
export function schemasNamed(patterns: readonly string[]): string {
  return `n.nspname::text ~ ANY (ARRAY[${patterns.map((pattern) => quoteLiteral(patternSource(pattern))).join(', ')}]::text[])`;
}

/** A condition on `pg_namespace n`: the name is one of these. */
export function schemasCalled(names: readonly string[]): string {
  return `n.nspname::text = ANY (ARRAY[${names.map(quoteLiteral).join(', ')}]::text[])`;
}

/** Common table expressions for the covered schemas. */
export function coveredSchemaSql(schemas: QueryScope['schemas']): string {
  return (
    'extension_member AS MATERIALIZED (SELECT m.classid, m.objid FROM pg_catalog.pg_depend m ' +
    "WHERE m.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND m.deptype = 'e'), " +
    'covered_schema AS MATERIALIZED (SELECT n.oid, n.nspname AS name, n.nspowner AS owner FROM pg_catalog.pg_namespace n ' +
    `WHERE (${schemas}) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ` +
    `AND ${notOfExtension('pg_namespace', 'n.oid')})`
  );
}

/**
 * Common table expressions for the object queries: the covered schemas, and the covered tables, views and foreign tables.
 * Parts of a table follow it, so those of a partition or of an extension are not read either.
 */
export function scopeSql({ schemas, without }: QueryScope): string {
  const left = without.map(({ schema, table }) => `(${quoteLiteral(schema)}, ${quoteLiteral(table)})`).join(', ');
  return (
    `${coveredSchemaSql(schemas)}, relation AS MATERIALIZED (SELECT c.oid, s.name AS schema, c.relname AS name, c.relkind AS kind ` +
    'FROM pg_catalog.pg_class c JOIN covered_schema s ON s.oid = c.relnamespace ' +
    `WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${notOfExtension('pg_class', 'c.oid')} ` +
    (left === '' ? '' : `AND (s.name::text, c.relname::text) NOT IN (VALUES ${left}) `) +
    // Partitions come and go with the data. Their parent is covered.
    'AND NOT (c.relispartition AND EXISTS (SELECT FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class p ON p.oid = h.inhparent ' +
    'WHERE h.inhrelid = c.oid AND p.relnamespace IN (SELECT oid FROM covered_schema))))'
  );
}
