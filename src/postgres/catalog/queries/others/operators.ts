import {
  flag,
  named,
  notOfExtension,
  role,
  selectObjects,
  withoutSchema,
  words,
  FIRST_USER_OID,
  type ObjectQuery,
} from '../object-query.js';

const inSchema = (catalog: string, alias: string, namespace: string): string =>
  `FROM pg_catalog.${catalog} ${alias} JOIN covered_schema s ON s.oid = ${alias}.${namespace}`;

/** The members of an operator family, one per line. */
const MEMBERS =
  '(SELECT string_agg(m.line, E\'\\n\' ORDER BY m.line COLLATE "C") FROM (' +
  "SELECT 'operator ' || o.amopstrategy || ' ' || o.amopopr::pg_catalog.regoperator || CASE o.amoppurpose WHEN 'o' THEN ' for order by ' || " +
  "(SELECT x.opfnamespace::pg_catalog.regnamespace || '.' || x.opfname FROM pg_catalog.pg_opfamily x WHERE x.oid = o.amopsortfamily) ELSE '' END AS line " +
  'FROM pg_catalog.pg_amop o WHERE o.amopfamily = f.oid UNION ALL ' +
  "SELECT 'function ' || o.amprocnum || ' (' || format_type(o.amproclefttype, NULL) || ', ' || format_type(o.amprocrighttype, NULL) || ') ' || o.amproc::oid::pg_catalog.regprocedure " +
  'FROM pg_catalog.pg_amproc o WHERE o.amprocfamily = f.oid) AS m)';

/** Operators, their classes and families, and casts. */
export const OPERATORS: ObjectQuery = {
  group: 'operators',
  selects: [
    selectObjects({
      kind: 'operator',
      schema: 's.name',
      name: withoutSchema('o.oid::pg_catalog.regoperator::text', 's.name::text'),
      properties: {
        function: named('o.oprcode', 'regprocedure'),
        result: 'format_type(o.oprresult, NULL)',
        commutator: named('o.oprcom', 'regoperator'),
        negator: named('o.oprnegate', 'regoperator'),
        restrict: named('o.oprrest', 'regproc'),
        join: named('o.oprjoin', 'regproc'),
        hashes: flag('o.oprcanhash'),
        merges: flag('o.oprcanmerge'),
        owner: role('o.oprowner'),
      },
      from: `${inSchema('pg_operator', 'o', 'oprnamespace')} WHERE ${notOfExtension('pg_operator', 'o.oid')}`,
    }),
    selectObjects({
      kind: 'operator class',
      schema: 's.name',
      name: "k.opcname || ' USING ' || am.amname",
      properties: {
        family: "f.opfnamespace::pg_catalog.regnamespace || '.' || f.opfname",
        type: 'format_type(k.opcintype, NULL)',
        default: flag('k.opcdefault'),
        storage: 'CASE WHEN k.opckeytype NOT IN (0, k.opcintype) THEN format_type(k.opckeytype, NULL) END',
        owner: role('k.opcowner'),
      },
      from:
        `${inSchema('pg_opclass', 'k', 'opcnamespace')} JOIN pg_catalog.pg_am am ON am.oid = k.opcmethod JOIN pg_catalog.pg_opfamily f ON f.oid = k.opcfamily ` +
        `WHERE ${notOfExtension('pg_opclass', 'k.oid')}`,
    }),
    selectObjects({
      kind: 'operator family',
      schema: 's.name',
      name: "f.opfname || ' USING ' || am.amname",
      definition: MEMBERS,
      properties: { owner: role('f.opfowner') },
      from: `${inSchema('pg_opfamily', 'f', 'opfnamespace')} JOIN pg_catalog.pg_am am ON am.oid = f.opfmethod WHERE ${notOfExtension('pg_opfamily', 'f.oid')}`,
    }),
    selectObjects({
      kind: 'cast',
      name: "format_type(k.castsource, NULL) || ' AS ' || format_type(k.casttarget, NULL)",
      properties: {
        method: words('k.castmethod', { f: 'function', i: 'input and output functions', b: 'binary coercible' }),
        function: named('k.castfunc', 'regprocedure'),
        context: words('k.castcontext', { e: 'explicit', a: 'assignment', i: 'implicit' }),
      },
      // A cast to a multirange is created with its range type.
      from:
        `FROM pg_catalog.pg_cast k WHERE k.oid >= ${FIRST_USER_OID} AND ${notOfExtension('pg_cast', 'k.oid')} ` +
        "AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND d.objid = k.oid AND d.deptype = 'i')",
    }),
  ],
};
