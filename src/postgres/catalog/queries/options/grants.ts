import { notOfExtension, role, selectObjects, type ObjectQuery } from '../object-query.js';
import { SIGNATURE, STANDS_ALONE } from '../others/functions.js';

/**
 * Privileges granted beyond the defaults, and default ones that were revoked, one grantee per line. So a new privilege
 * that every owner has makes no difference, nor does a different owner.
 */
function rights(acl: string, standard: string): string {
  return (
    `CASE WHEN ${acl} IS NOT NULL THEN (SELECT string_agg(g.line, E'\n' ORDER BY g.line COLLATE "C") ` +
    `FROM (${onlyIn(acl, standard, '')} UNION ALL ${onlyIn(standard, acl, 'revoked from ')}) AS g) END`
  );
}

/** Privileges that the first list has and the second lacks, one grantee per line. */
function onlyIn(acl: string, other: string, label: string): string {
  return (
    `SELECT '${label}' || CASE x.grantee WHEN 0 THEN 'public' ELSE ${role('x.grantee')} END || ': ' || string_agg(x.privilege, ', ' ORDER BY x.privilege) AS line ` +
    `FROM (${explode(acl)} EXCEPT ${explode(other)}) AS x GROUP BY x.grantee`
  );
}

function explode(acl: string): string {
  return `SELECT e.grantee, e.privilege_type || CASE WHEN e.is_grantable THEN ' with grant option' ELSE '' END AS privilege FROM aclexplode(${acl}) AS e`;
}

/** No privileges. aclexplode() does not accept a literal empty array. */
const NOTHING = "acldefault('c', 0::oid)";

/** Default privileges in a schema add to those of the role, which replace the built-in defaults. */
const DEFAULT_STANDARD = `CASE a.defaclnamespace WHEN 0 THEN acldefault(CASE a.defaclobjtype WHEN 'S' THEN 's' ELSE a.defaclobjtype END, a.defaclrole) ELSE ${NOTHING} END`;

/** Privileges on everything that is covered. A column is listed only if privileges were granted on it. */
export const GRANTS: ObjectQuery = {
  group: 'grants',
  selects: [
    selectObjects({
      kind: 'grants',
      parent: 's.name',
      name: "'schema'",
      definition: rights('n.nspacl', "acldefault('n', n.nspowner)"),
      from: 'FROM covered_schema s JOIN pg_catalog.pg_namespace n USING (oid)',
    }),
    selectObjects({
      kind: 'grants',
      schema: 'r.schema',
      parent: 'r.name',
      name: "'table'",
      definition: rights('c.relacl', "acldefault('r', c.relowner)"),
      from: 'FROM relation r JOIN pg_catalog.pg_class c USING (oid)',
    }),
    selectObjects({
      kind: 'grants',
      schema: 'r.schema',
      parent: 'r.name',
      name: "'column ' || a.attname",
      definition: rights('a.attacl', NOTHING),
      from: 'FROM relation r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped',
    }),
    selectObjects({
      kind: 'grants',
      schema: 's.name',
      parent: 'c.relname',
      name: "'sequence'",
      definition: rights('c.relacl', "acldefault('s', c.relowner)"),
      from:
        'FROM pg_catalog.pg_class c JOIN covered_schema s ON s.oid = c.relnamespace ' +
        "LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.objsubid = 0 " +
        "AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i') LEFT JOIN relation r ON r.oid = d.refobjid " +
        `WHERE c.relkind = 'S' AND (d.objid IS NULL OR r.oid IS NOT NULL) AND (d.deptype IS DISTINCT FROM 'i' OR c.relacl IS NOT NULL) AND ${notOfExtension('pg_class', 'c.oid')}`,
    }),
    selectObjects({
      kind: 'grants',
      schema: 's.name',
      parent: SIGNATURE,
      name: "'function'",
      definition: rights('p.proacl', "acldefault('f', p.proowner)"),
      from: `FROM pg_catalog.pg_proc p JOIN covered_schema s ON s.oid = p.pronamespace WHERE ${STANDS_ALONE}`,
    }),
    selectObjects({
      kind: 'grants',
      schema: 's.name',
      parent: 't.typname',
      name: "'type'",
      definition: rights('t.typacl', "acldefault('T', t.typowner)"),
      from:
        'FROM pg_catalog.pg_type t JOIN covered_schema s ON s.oid = t.typnamespace LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid ' +
        `WHERE t.typtype IN ('e', 'c', 'd', 'r') AND coalesce(c.relkind, 'c') = 'c' AND ${notOfExtension('pg_type', 't.oid')}`,
    }),
    selectObjects({
      kind: 'grants',
      parent: 'w.fdwname',
      name: "'foreign-data wrapper'",
      definition: rights('w.fdwacl', "acldefault('F', w.fdwowner)"),
      from: `FROM pg_catalog.pg_foreign_data_wrapper w WHERE ${notOfExtension('pg_foreign_data_wrapper', 'w.oid')}`,
    }),
    selectObjects({
      kind: 'grants',
      parent: 'v.srvname',
      name: "'foreign server'",
      definition: rights('v.srvacl', "acldefault('S', v.srvowner)"),
      from: `FROM pg_catalog.pg_foreign_server v WHERE ${notOfExtension('pg_foreign_server', 'v.oid')}`,
    }),
    selectObjects({
      kind: 'grants',
      parent: 'l.lanname',
      name: "'language'",
      definition: rights('l.lanacl', "acldefault('l', l.lanowner)"),
      from: 'FROM pg_catalog.pg_language l WHERE l.lanispl',
    }),
    selectObjects({
      kind: 'grants',
      name: "'database'",
      definition: rights('b.datacl', "acldefault('d', b.datdba)"),
      from: 'FROM pg_catalog.pg_database b WHERE b.datname = current_database()',
    }),
  ],
};

/** Privileges that new objects will get. */
export const DEFAULT_PRIVILEGES: ObjectQuery = {
  group: 'default privileges',
  selects: [
    selectObjects({
      kind: 'default privileges',
      schema: 's.name',
      name:
        "'on ' || CASE a.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END " +
        `|| ' of ' || ${role('a.defaclrole')}`,
      definition: rights('a.defaclacl', DEFAULT_STANDARD),
      from: 'FROM pg_catalog.pg_default_acl a LEFT JOIN covered_schema s ON s.oid = a.defaclnamespace WHERE a.defaclnamespace = 0 OR s.oid IS NOT NULL',
    }),
  ],
};
