import type { ReplacedFile } from '../../core/migration/checkpoint.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import type { TenantScope } from '../../core/target/history-scope.js';
import { ORDINARY } from '../history/ordinary-rows-sql.js';
import { selectList } from '../history/columns.js';

/** For up to this many tenants, their rows are looked up by key, instead of counting those of all tenants. */
const FEW = 50;

/** Rows of a history that are applied files, unchanged. */
const MATCHES = `e.file = h.migration_file AND e.sum = h.checksum AND ${ORDINARY}`;
const OWN = 'h.tenant = t.tenant AND h.schema_oid = t.oid';

/**
 * Tenants with a difference: one row for each, or one for each history row that is not simply an applied file. The rows of
 * the table are read once; what only tenants with a difference need is not computed if there are none.
 *
 * `e`: the files. `f`: the tenants. `g`: their rows, counted; without a position, all others. `t`: both together.
 */
export function behindSql(table: string, tenants: readonly TenantScope[], migrations: readonly ReplacedFile[]): string {
  const files = textArray(migrations.map(({ file }) => file));
  const checksums = textArray(migrations.map(({ checksum }) => checksum));
  const isFew = tenants.length <= FEW;
  const counted = isFew ? `WHERE h.tenant = ANY (${namesOf(tenants)}) ` : '';
  return (
    // Rarely computed parts make the query look so expensive that the server would compile it, which is slower.
    `SET LOCAL jit = off; ` +
    // Scanned in place, they do not keep the server from counting in parallel.
    `WITH e AS NOT MATERIALIZED (SELECT * FROM ROWS FROM (pg_catalog.unnest(${files}), pg_catalog.unnest(${checksums})) WITH ORDINALITY AS e (file, sum, number)), ` +
    `f AS NOT MATERIALIZED (${found(tenants)}), ` +
    // Joined by the OID alone, which is cheaper than the name.
    `g AS MATERIALIZED (SELECT f.position, pg_catalog.count(*) AS recorded, pg_catalog.count(e.number) AS matching, pg_catalog.max(e.number) AS newest ` +
    `FROM ${table} h LEFT JOIN e ON ${MATCHES} LEFT JOIN f ON f.oid = h.schema_oid AND (f.tenant = h.tenant) IS TRUE ${counted}GROUP BY f.position), ` +
    `t AS MATERIALIZED (SELECT f.*, g.recorded, g.matching, g.newest FROM f LEFT JOIN g ON g.position = f.position), ` +
    `${claimsSql(table, isFew ? 'true' : 'EXISTS (SELECT FROM g WHERE g.position IS NULL)')} ` +
    `SELECT t.position, t.oid IS NOT NULL AS has_schema, coalesce(w.owner, CASE WHEN p.oid IS NULL OR p.schema_name <> t.schema THEN p.owner END) AS owner, ` +
    `p.schema_name AS past_name, p.oid AS past_oid, t.schema AS present_name, t.oid AS present_oid, t.matching, m.numbers, o.* FROM t ` +
    `LEFT JOIN w ON w.at = t.position LEFT JOIN p ON p.at = t.position ` +
    // If the matching files are the first ones, their count is enough.
    `LEFT JOIN LATERAL (SELECT pg_catalog.string_agg(e.number::pg_catalog.text, ',' ORDER BY e.number) AS numbers ` +
    `FROM ${table} h JOIN e ON ${MATCHES} WHERE ${OWN} AND t.newest > t.matching) AS m ON true ` +
    `LEFT JOIN LATERAL (SELECT ${selectList(false)} FROM ${table} h WHERE ${OWN} AND t.recorded > t.matching ` +
    `AND NOT EXISTS (SELECT FROM e WHERE ${MATCHES})) AS o ON true ` +
    `WHERE (t.recorded = ${migrations.length} AND t.matching = ${migrations.length}) IS NOT TRUE OR w.owner IS NOT NULL`
  );
}

/**
 * Whose history the schema of a tenant has. `w`: another tenant's, by OID. `p`, only for a tenant without a history of its
 * own in a schema that is not empty: its own for an earlier schema (`oid`), or another tenant's for a schema of the same
 * name (`owner`). OIDs change when a database is restored, and may then be those of other schemas. So for a tenant with a
 * history, an OID of another one counts only if no other schema has the recorded name.
 *
 * `r`: other tenants with a history for the OID of a schema. `l`: tenants for which `p` may exist. `c`: the histories that
 * matter to them, by key. `k`: these histories, with the name of their schema.
 *
 * @param hasOthers a condition: the table may have rows of other tenants, or for other schemas.
 */
function claimsSql(table: string, hasOthers: string): string {
  // Not even scanned, unless a tenant may have had another schema.
  const keysWith = (condition: string): string =>
    `SELECT h.tenant, h.schema_oid FROM l JOIN ${table} h ON ${condition} WHERE EXISTS (SELECT FROM l)`;
  return (
    `r AS MATERIALIZED (SELECT DISTINCT t.position AS at, t.tenant, h.tenant AS owner, t.oid FROM ${table} h ` +
    `JOIN t ON t.oid = h.schema_oid AND t.tenant <> h.tenant WHERE ${hasOthers}), ` +
    `l AS MATERIALIZED (SELECT t.position AS at, t.tenant, t.schema FROM t WHERE t.recorded IS NULL AND ${isFilledSql('t.oid')}), ` +
    `c AS MATERIALIZED (SELECT owner AS tenant, oid FROM r UNION ${keysWith('h.tenant = l.tenant')} UNION ${keysWith('h.schema_name = l.schema')}), ` +
    // The name when the latest row was written.
    `k AS MATERIALIZED (SELECT h.tenant, h.schema_oid AS oid, (pg_catalog.array_agg(h.schema_name ORDER BY h.executed_at DESC))[1] AS schema_name, ` +
    `pg_catalog.max(h.executed_at) AS latest FROM c JOIN ${table} h ON h.tenant = c.tenant AND h.schema_oid = c.oid WHERE EXISTS (SELECT FROM c) GROUP BY h.tenant, h.schema_oid), ` +
    `w AS (SELECT r.at, pg_catalog.min(r.owner) AS owner FROM r JOIN k ON k.tenant = r.owner AND k.oid = r.oid ` +
    `LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = k.schema_name AND n.oid <> k.oid ` +
    `WHERE n.oid IS NULL OR NOT EXISTS (SELECT FROM ${table} h WHERE h.tenant = r.tenant) GROUP BY 1), ` +
    `p AS (SELECT l.at, s.oid, s.schema_name, o.tenant AS owner FROM l ` +
    `LEFT JOIN ${latestBy('tenant')} AS s ON s.tenant = l.tenant ` +
    `LEFT JOIN ${latestBy('schema_name')} AS o ON o.schema_name = l.schema AND o.tenant <> l.tenant ` +
    `WHERE s.tenant IS NOT NULL OR o.tenant IS NOT NULL)`
  );
}

/** A condition: the schema with this OID, given as SQL, has objects. */
export function isFilledSql(oid: string): string {
  return (
    `EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid ` +
    `AND d.refobjid = ${oid} AND d.classid <> 'pg_catalog.pg_default_acl'::pg_catalog.regclass::pg_catalog.oid)`
  );
}

function latestBy(column: string): string {
  return `(SELECT DISTINCT ON (${column}) * FROM k ORDER BY ${column}, latest DESC)`;
}

/** Which schemas of tenants exist, if there is no history. */
export function schemasSql(tenants: readonly TenantScope[]): string {
  return `SELECT f.position, f.oid IS NOT NULL AS has_schema FROM (${found(tenants)}) AS f`;
}

function found(tenants: readonly TenantScope[]): string {
  const schemas = textArray(tenants.map(({ schema }) => schema));
  return (
    `SELECT l.position, l.tenant, l.schema, n.oid FROM ROWS FROM (pg_catalog.unnest(${namesOf(tenants)}), pg_catalog.unnest(${schemas})) WITH ORDINALITY AS l (tenant, schema, position) ` +
    'LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = l.schema'
  );
}

function namesOf(tenants: readonly TenantScope[]): string {
  return textArray(tenants.map(({ name }) => name));
}

/** Parsing one literal is faster than parsing thousands. */
export function textArray(values: readonly string[]): string {
  const elements = values.map((value) => `"${value.replace(/[\\"]/g, '\\$&')}"`);
  return `${quoteLiteral(`{${elements.join(',')}}`)}::pg_catalog.text[]`;
}
