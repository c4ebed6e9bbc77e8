import { FIRST_USER_OID } from '../queries/object-query.js';

/** Catalogs with many rows of PostgreSQL itself, and the column by which these can be excluded. */
const LARGE: Readonly<Record<string, string>> = {
  pg_aggregate: 'aggfnoid::pg_catalog.oid',
  pg_amop: 'oid',
  pg_amproc: 'oid',
  pg_attribute: 'CASE WHEN attnum > 0 THEN attrelid END',
  pg_cast: 'oid',
  pg_class: 'oid',
  pg_collation: 'oid',
  pg_constraint: 'oid',
  pg_conversion: 'oid',
  pg_depend: 'objid',
  pg_description: 'objoid',
  pg_opclass: 'oid',
  pg_operator: 'oid',
  pg_opfamily: 'oid',
  pg_proc: 'oid',
  pg_range: 'rngtypid',
  pg_rewrite: 'ev_class',
  pg_ts_config: 'oid',
  pg_ts_config_map: 'mapcfg',
  pg_ts_dict: 'oid',
  pg_type: 'oid',
};

const SMALL = [
  'pg_am',
  'pg_attrdef',
  'pg_db_role_setting',
  'pg_default_acl',
  'pg_enum',
  'pg_event_trigger',
  'pg_extension',
  'pg_foreign_data_wrapper',
  'pg_foreign_server',
  'pg_foreign_table',
  'pg_inherits',
  'pg_language',
  'pg_namespace',
  'pg_policy',
  'pg_publication',
  'pg_publication_rel',
  'pg_sequence',
  'pg_shdescription',
  'pg_statistic_ext',
  'pg_tablespace',
  'pg_transform',
  'pg_trigger',
  'pg_ts_parser',
  'pg_ts_template',
];

/** Rows of one source, each identified by an expression. */
function rowsOf(source: string, expression: string, condition = 'true'): string {
  const hash = `pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', ${expression}), 0)`;
  return `SELECT count(*) AS number, sum(${hash}) AS hashes FROM pg_catalog.${source} WHERE ${condition}`;
}

/** Location and transaction ID identify a version of a row. */
const VERSION = 'ctid, xmin';

/**
 * An SQL expression that identifies the versions of all rows from which a catalog is read, about seven times faster
 * than a fingerprint. Equal stamps prove that nothing changed, but not vice versa: a temporary table or `VACUUM FULL`
 * changes the stamp too. NULL if this cannot be determined, because only superusers see the versions of subscriptions.
 */
export const STAMP_SQL =
  `(SELECT CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_subscription) THEN sum(rows.number) || ':' || sum(rows.hashes) END FROM (` +
  [
    ...Object.entries(LARGE).map(([catalog, oid]) => rowsOf(catalog, VERSION, `${oid} >= ${FIRST_USER_OID}`)),
    ...SMALL.map((catalog) => rowsOf(catalog, VERSION)),
    // PostgreSQL 13 validates an index without a new version of its row.
    rowsOf('pg_index', `${VERSION}, indisvalid, indisready`, `indexrelid >= ${FIRST_USER_OID}`),
    rowsOf('pg_database', VERSION, 'datname = pg_catalog.current_database()'),
    // Not every role may read the underlying catalogs.
    rowsOf('pg_roles', 'oid, rolname'),
    rowsOf('pg_user_mappings', 'umid, srvid, umuser, umoptions::text'),
  ].join(' UNION ALL ') +
  ') AS rows)';
