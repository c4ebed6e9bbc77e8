import { FIRST_USER_OID } from '../queries/object-query.js';
import { bitOf, type RareKind } from '../queries/rare-kinds.js';

/** The rows of one catalog, or of a view of it. */
interface Source {
  /** An expression for the OID of a row's object, used to exclude PostgreSQL's own rows if there are many. */
  readonly oid?: string;
  /** The kind of object that a row proves to exist, or an expression for its bit. */
  readonly shows?: RareKind | { readonly sql: string };
}

/** The bit of the kind that a code stands for. */
function bits(code: string, kinds: Readonly<Record<string, RareKind>>): { sql: string } {
  const cases = Object.entries(kinds).map(([value, kind]) => `WHEN '${value}' THEN ${bitOf(kind)}`);
  return { sql: `CASE ${code} ${cases.join(' ')} ELSE 0 END` };
}

const RELATIONS = bits('relkind', {
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
  c: 'composite type',
  S: 'sequence',
});

/** Only an array type that comes with its elements has no array type of its own. */
const TYPES = bits("CASE WHEN typarray = 0 AND typelem <> 0 THEN '' ELSE typtype END", {
  e: 'enum',
  d: 'domain',
  r: 'range type',
  b: 'base type',
  p: 'base type',
});

/** A row of these catalogs gets a new version whenever it changes. */
const VERSIONED: Readonly<Record<string, Source>> = {
  pg_aggregate: { oid: 'aggfnoid::pg_catalog.oid', shows: 'aggregate' },
  pg_am: { oid: 'oid', shows: 'access method' },
  pg_amop: { oid: 'oid' },
  pg_amproc: { oid: 'oid' },
  pg_attrdef: {},
  pg_attribute: { oid: 'CASE WHEN attnum > 0 THEN attrelid END' },
  pg_cast: { oid: 'oid', shows: 'cast' },
  pg_class: { oid: 'oid', shows: RELATIONS },
  pg_collation: { oid: 'oid', shows: 'collation' },
  pg_constraint: { oid: 'oid' },
  pg_conversion: { oid: 'oid', shows: 'conversion' },
  pg_db_role_setting: {},
  pg_default_acl: {},
  pg_depend: { oid: 'objid', shows: bits('deptype', { x: 'extension dependency' }) },
  pg_description: { oid: 'objoid' },
  pg_enum: {},
  pg_event_trigger: { shows: 'event trigger' },
  pg_extension: {},
  pg_foreign_data_wrapper: { shows: 'foreign-data wrapper' },
  pg_foreign_server: { shows: 'foreign server' },
  pg_foreign_table: {},
  pg_inherits: {},
  pg_language: {},
  pg_namespace: {},
  pg_opclass: { oid: 'oid', shows: 'operator class' },
  pg_operator: { oid: 'oid', shows: 'operator' },
  pg_opfamily: { oid: 'oid', shows: 'operator family' },
  pg_policy: { shows: 'policy' },
  pg_proc: { oid: 'oid', shows: 'function' },
  pg_publication: { shows: 'publication' },
  pg_publication_rel: {},
  pg_range: { oid: 'rngtypid' },
  pg_rewrite: { oid: 'ev_class', shows: { sql: `CASE WHEN rulename = '_RETURN' THEN 0 ELSE ${bitOf('rule')} END` } },
  pg_sequence: {},
  pg_shdescription: {},
  pg_statistic_ext: { shows: 'statistics' },
  pg_tablespace: {},
  pg_transform: { shows: 'transform' },
  pg_trigger: { shows: { sql: `CASE WHEN tgisinternal THEN 0 ELSE ${bitOf('trigger')} END` } },
  pg_ts_config: { oid: 'oid', shows: 'text search configuration' },
  pg_ts_config_map: { oid: 'mapcfg' },
  pg_ts_dict: { oid: 'oid', shows: 'text search dictionary' },
  pg_ts_parser: { oid: 'oid', shows: 'text search parser' },
  pg_ts_template: { oid: 'oid', shows: 'text search template' },
  pg_type: { oid: 'oid', shows: TYPES },
};

/** Selects what identifies the version of each row, and the bit of the kind that it shows. */
function rowsOf(source: string, version: string, shows: Source['shows'], condition = 'true'): string {
  const bit = shows === undefined ? '0' : typeof shows === 'string' ? bitOf(shows) : shows.sql;
  return `SELECT ${version}, (${bit})::bigint AS kinds FROM pg_catalog.${source} WHERE ${condition}`;
}

/** Location and transaction ID identify a version of a row. */
const VERSION = 'ctid, xmin, NULL::text AS other';
const NO_VERSION = 'NULL::tid AS ctid, NULL::xid AS xmin';

const ROWS = [
  ...Object.entries(VERSIONED).map(([catalog, { oid, shows }]) =>
    rowsOf(catalog, VERSION, shows, oid && `${oid} >= ${FIRST_USER_OID}`),
  ),
  rowsOf('pg_database', VERSION, undefined, 'datname = pg_catalog.current_database()'),
  // PostgreSQL 13 validates an index without a new version of its row.
  rowsOf(
    'pg_index',
    "ctid, xmin, pg_catalog.concat(indisvalid, ' ', indisready) AS other",
    undefined,
    `indexrelid >= ${FIRST_USER_OID}`,
  ),
  // Not every role may read the underlying catalogs.
  rowsOf('pg_roles', `${NO_VERSION}, pg_catalog.concat(oid, ' ', rolname) AS other`, undefined),
  rowsOf(
    'pg_user_mappings',
    `${NO_VERSION}, pg_catalog.concat_ws(' ', umid, srvid, umuser, umoptions::text) AS other`,
    'user mapping',
  ),
];

const HASH = "pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', ctid, xmin, other), 0)";
const HAS_SUBSCRIPTIONS = 'EXISTS (SELECT FROM pg_catalog.pg_subscription)';

/**
 * A FROM item `live` with one row about all rows from which a catalog is read, several times faster than a fingerprint.
 *
 * - `stamp` identifies their versions. Equal stamps prove that nothing changed, but not vice versa: a temporary table or
 *   `VACUUM FULL` changes the stamp too. NULL if this cannot be determined, because only superusers see the versions of
 *   subscriptions.
 * - `kinds` shows which rare kinds exist, for `toPresentKinds`.
 */
export const LIVE_SQL =
  // One sum over all: planning one for each catalog took longer than computing them.
  `(SELECT CASE WHEN NOT ${HAS_SUBSCRIPTIONS} THEN count(*) || ':' || sum(${HASH}) END AS stamp, ` +
  `bit_or(kinds) | CASE WHEN ${HAS_SUBSCRIPTIONS} THEN ${bitOf('subscription')} ELSE 0 END AS kinds ` +
  `FROM (${ROWS.join(' UNION ALL ')}) AS rows) AS live`;
