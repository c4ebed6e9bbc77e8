import { flag, named, notOfExtension, role, selectObjects, words, type ObjectQuery } from '../object-query.js';
import { SEQUENCE_OPTIONS } from '../tables/sequence-options.js';

const FROM_TYPE = 'FROM pg_catalog.pg_type t JOIN covered_schema s ON s.oid = t.typnamespace';
const NOT_OF_EXTENSION = notOfExtension('pg_type', 't.oid');
const OWNER = { owner: role('t.typowner') };
const COLLATION = (collation: string, standard: string): string =>
  `CASE WHEN ${collation} NOT IN (0, ${standard}) THEN 'COLLATE ' || ${collation}::pg_catalog.regcollation END`;

const ATTRIBUTES =
  `(SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), ${COLLATION('a.attcollation', 'y.typcollation')}), E',\\n' ORDER BY a.attnum) ` +
  'FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)';

/** Functions of a base type. */
const SUPPORT = {
  input: 't.typinput',
  output: 't.typoutput',
  receive: 't.typreceive',
  send: 't.typsend',
  'modifier input': 't.typmodin',
  'modifier output': 't.typmodout',
  analyze: 't.typanalyze',
};

/** Since PostgreSQL 14. */
const MULTIRANGE = "(SELECT m.typname FROM pg_catalog.pg_type m WHERE m.oid = (to_jsonb(g) ->> 'rngmultitypid')::oid)";

/** Enums, composite, range and base types, domains; sequences that are not part of an identity column. */
export const TYPES: ObjectQuery = {
  group: 'types',
  selects: [
    selectObjects({
      kind: 'enum',
      schema: 's.name',
      name: 't.typname',
      definition:
        "(SELECT string_agg(quote_literal(e.enumlabel), E'\\n' ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid)",
      properties: OWNER,
      from: `${FROM_TYPE} WHERE t.typtype = 'e' AND ${NOT_OF_EXTENSION}`,
    }),
    selectObjects({
      kind: 'composite type',
      schema: 's.name',
      name: 't.typname',
      definition: ATTRIBUTES,
      properties: OWNER,
      from: `${FROM_TYPE} JOIN pg_catalog.pg_class c ON c.oid = t.typrelid WHERE t.typtype = 'c' AND c.relkind = 'c' AND ${NOT_OF_EXTENSION}`,
    }),
    selectObjects({
      kind: 'domain',
      schema: 's.name',
      name: 't.typname',
      definition:
        `concat_ws(' ', format_type(t.typbasetype, t.typtypmod), ${COLLATION('t.typcollation', 'b.typcollation')}, ` +
        "CASE WHEN t.typnotnull THEN 'NOT NULL' END, " +
        "'DEFAULT ' || CASE WHEN t.typdefaultbin IS NULL THEN t.typdefault ELSE pg_get_expr(t.typdefaultbin, 0) END)",
      properties: OWNER,
      from: `${FROM_TYPE} JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype WHERE t.typtype = 'd' AND ${NOT_OF_EXTENSION}`,
    }),
    selectObjects({
      kind: 'range type',
      schema: 's.name',
      name: 't.typname',
      properties: {
        subtype: 'format_type(g.rngsubtype, NULL)',
        'operator class':
          "(SELECT k.opcnamespace::pg_catalog.regnamespace || '.' || quote_ident(k.opcname) FROM pg_catalog.pg_opclass k WHERE k.oid = g.rngsubopc)",
        collation: named('g.rngcollation', 'regcollation'),
        canonical: named('g.rngcanonical', 'regproc'),
        'subtype difference': named('g.rngsubdiff', 'regproc'),
        multirange: MULTIRANGE,
        ...OWNER,
      },
      from: `${FROM_TYPE} JOIN pg_catalog.pg_range g ON g.rngtypid = t.oid WHERE t.typtype = 'r' AND ${NOT_OF_EXTENSION}`,
    }),
    selectObjects({
      kind: 'base type',
      schema: 's.name',
      name: 't.typname',
      properties: {
        'shell only': flag('NOT t.typisdefined'),
        ...Object.fromEntries(Object.entries(SUPPORT).map(([name, oid]) => [name, named(oid, 'regproc')])),
        subscript: "NULLIF(to_jsonb(t) ->> 'typsubscript', '-')",
        length: 't.typlen',
        'passed by value': flag('t.typbyval'),
        alignment: 't.typalign',
        storage: 't.typstorage',
        category: 't.typcategory',
        preferred: flag('t.typispreferred'),
        delimiter: "NULLIF(t.typdelim, ',')",
        element: 'CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END',
        default: 't.typdefault',
        collatable: flag('t.typcollation <> 0'),
        ...OWNER,
      },
      // An array type is created with its element type.
      from:
        `${FROM_TYPE} WHERE (t.typtype = 'b' OR t.typtype = 'p') AND ${NOT_OF_EXTENSION} ` +
        'AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)',
    }),
    selectObjects({
      kind: 'sequence',
      schema: 's.name',
      name: 'c.relname',
      definition: SEQUENCE_OPTIONS,
      properties: {
        'owned by':
          "r.schema || '.' || r.name || '.' || (SELECT a.attname FROM pg_catalog.pg_attribute a WHERE a.attrelid = d.refobjid AND a.attnum = d.refobjsubid)",
        persistence: words('c.relpersistence', { u: 'unlogged' }),
        owner: role('c.relowner'),
      },
      // A sequence that belongs to an excluded table, such as a partition, is excluded too.
      from:
        'FROM pg_catalog.pg_class c JOIN covered_schema s ON s.oid = c.relnamespace JOIN pg_catalog.pg_sequence q ON q.seqrelid = c.oid ' +
        "LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.objsubid = 0 " +
        "AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i') LEFT JOIN relation r ON r.oid = d.refobjid " +
        `WHERE d.deptype IS DISTINCT FROM 'i' AND (d.objid IS NULL OR r.oid IS NOT NULL) AND ${notOfExtension('pg_class', 'c.oid')}`,
    }),
  ],
};
