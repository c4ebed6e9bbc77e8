import { quoteLiteral } from '../../../core/sql/text/quote.js';
import { selectObjectsSql, type ObjectSelection } from './all-queries.js';
import { scopeSql } from './scope.js';

/** A tenant and its schema. */
export interface TenantSchema {
  readonly tenant: string;
  /** Undefined: its objects are in all schemas of the database. */
  readonly schema: string | undefined;
}

/** How a name occurs in definitions without double quotes: in strings, apostrophes are doubled. */
function formsOf(name: string): string[] {
  const form = withoutQuotes(name);
  return [form, `replace(${form}, '''', '''''')`];
}

/** Whether an identifier is quoted depends on the names in it. */
function withoutQuotes(text: string): string {
  return `replace(${text}, '"', '')`;
}

function escaped(text: string): string {
  return String.raw`regexp_replace(${text}, '([^[:alnum:]_])', '\\\1', 'g')`;
}

/** The names that a tenant does not share with others. A name without letters may be any number. */
const TENANT = `CASE WHEN v.tenant ~ '[[:alpha:]]' THEN v.tenant ELSE coalesce(v.name, 'v') END`;
const OWN_NAMES = ['coalesce(v.name, v.tenant)', TENANT, 'current_user::text'];
const ANY_FORM = OWN_NAMES.flatMap(formsOf).map(escaped).join(" || '|' || ");
const PATTERN = `'(?<![[:alnum:]$])(?:' || ${ANY_FORM} || ')(?![[:alnum:]$])'`;
const BEGINNINGS = OWN_NAMES.map((name) => `split_part(${withoutQuotes(name)}, '''', 1)`);

/** A table expression `own` with the pattern of each tenant's names. */
function ownNamesSql(tenants: readonly TenantSchema[]): string {
  const rows = tenants.map(
    ({ tenant, schema = null }) => `(${quoteLiteral(schema)}::text, ${quoteLiteral(tenant)}::text)`,
  );
  const beginnings = BEGINNINGS.map((beginning, i) => `${beginning} AS b${i}`).join(', ');
  return `own AS MATERIALIZED (SELECT v.name, ${PATTERN} AS pattern, ${beginnings} FROM (VALUES ${rows.join(', ')}) AS v (name, tenant))`;
}

/** A hash of an object without the names of its tenant. Most definitions do not contain any, and looking for their beginnings is cheap. */
function hashOf(columns: string): string {
  const mayContain = BEGINNINGS.map((_, i) => `strpos(t.text, own.b${i}) > 0`).join(' OR ');
  return (
    `(SELECT hashtextextended(CASE WHEN ${mayContain} THEN regexp_replace(t.text, own.pattern, chr(29), 'g') ELSE t.text END, 0) ` +
    `FROM ${withoutQuotes(`concat_ws(chr(30), o.kind, ${columns}, o.parent, o.name, o.definition, o.properties)`)} AS t (text))`
  );
}

/**
 * Selects one fingerprint for each schema, of the objects in it: columns `schema` and `fingerprint`. No row for a schema
 * without objects. It is equal for tenants that differ only in their names: of the schema, the tenant and the login role.
 */
export function fingerprintsBySchemaSql(selection: ObjectSelection, tenants: readonly TenantSchema[]): string {
  return (
    `WITH ${scopeSql(selection.scope)}, ${ownNamesSql(tenants)} ` +
    `SELECT o.schema, count(*) || ':' || sum(${hashOf('NULL')}) AS fingerprint ` +
    `FROM (${selectObjectsSql(selection)}) AS o JOIN own ON own.name = o.schema GROUP BY o.schema`
  );
}

/** Selects one fingerprint of all objects that are in schemas: column `fingerprint`. */
export function fingerprintOfSchemasSql(selection: ObjectSelection, tenant: TenantSchema): string {
  return (
    `WITH ${scopeSql(selection.scope)}, ${ownNamesSql([tenant])} ` +
    `SELECT count(*) || ':' || coalesce(sum(${hashOf('o.schema')}), 0) AS fingerprint ` +
    `FROM (${selectObjectsSql(selection)}) AS o CROSS JOIN own`
  );
}

/** Selects the schemas in which somebody holds or waits for a lock that reading a definition would wait for: column `schema`. */
export const LOCKED_SCHEMAS_SQL =
  'SELECT DISTINCT n.nspname::text AS schema FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation ' +
  "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE l.mode = 'AccessExclusiveLock' " +
  'AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())';
