import { schemaOid } from '../../core/target/history-scope.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { queryError } from '../connection/server-error.js';

/** As many names fit into a message. */
const MAX_NAMES = 10;

/**
 * Names objects in other schemas that would be dropped with a schema because they depend on what is in it: views, foreign
 * keys, functions, defaults, triggers, tables and columns. Other kinds of objects are not recognized.
 *
 * @throws DatabaseError
 */
export async function dependentsOutside(connection: PgConnection, schema: string): Promise<string[]> {
  const rows = await connection.query(dependentsSql(schemaOid(schema))).catch((error: unknown) => {
    throw queryError(`looking for what depends on the schema ${schema}`, error);
  });
  return rows.flatMap(({ name }) => name ?? []);
}

/** `own`: what is in the schema. A rule, a default or a trigger is where its table is. */
function dependentsSql(schema: string): string {
  const join = (catalog: string, alias: string): string =>
    `LEFT JOIN pg_catalog.${catalog} ${alias} ON d.classid = ${oidOf(catalog)} AND ${alias}.oid = d.objid `;
  return (
    `WITH s AS (SELECT ${schema} AS oid), own AS (` +
    `SELECT d.classid, d.objid FROM s JOIN pg_catalog.pg_depend d ON d.refclassid = ${oidOf('pg_namespace')} AND d.refobjid = s.oid ` +
    `UNION SELECT ${oidOf('pg_type')}, t.oid FROM s JOIN pg_catalog.pg_type t ON t.typnamespace = s.oid) ` +
    `SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) AS name FROM s CROSS JOIN own ` +
    `JOIN pg_catalog.pg_depend d ON d.refclassid = own.classid AND d.refobjid = own.objid AND d.deptype IN ('n', 'a') ` +
    join('pg_rewrite', 'w') +
    join('pg_attrdef', 'f') +
    join('pg_trigger', 'g') +
    join('pg_constraint', 'k') +
    join('pg_proc', 'p') +
    join('pg_type', 't') +
    `LEFT JOIN pg_catalog.pg_class c ON c.oid = CASE WHEN d.classid = ${oidOf('pg_class')} THEN d.objid ELSE coalesce(w.ev_class, f.adrelid, g.tgrelid) END ` +
    `WHERE coalesce(c.relnamespace, k.connamespace, p.pronamespace, t.typnamespace, s.oid) <> s.oid ORDER BY 1 LIMIT ${MAX_NAMES}`
  );
}

function oidOf(catalog: string): string {
  return `'pg_catalog.${catalog}'::pg_catalog.regclass::pg_catalog.oid`;
}
