import { FIRST_USER_OID, selectObjects, withoutSchema, type ObjectQuery } from '../object-query.js';

/** The table that an object belongs to, by the catalog of the object. */
const TABLES: Readonly<Record<string, string>> = {
  pg_class:
    "(SELECT coalesce(x.indrelid, c.oid) FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = c.oid WHERE c.oid = d.objoid AND c.relkind NOT IN ('S', 'c'))",
  pg_constraint: '(SELECT NULLIF(k.conrelid, 0) FROM pg_catalog.pg_constraint k WHERE k.oid = d.objoid)',
  pg_trigger: '(SELECT g.tgrelid FROM pg_catalog.pg_trigger g WHERE g.oid = d.objoid)',
  pg_rewrite: '(SELECT w.ev_class FROM pg_catalog.pg_rewrite w WHERE w.oid = d.objoid)',
  pg_policy: '(SELECT p.polrelid FROM pg_catalog.pg_policy p WHERE p.oid = d.objoid)',
};

const TABLE = `CASE d.classoid ${Object.entries(TABLES)
  .map(([catalog, table]) => `WHEN 'pg_catalog.${catalog}'::pg_catalog.regclass THEN ${table}`)
  .join(' ')} END`;

/** The schema that a comment belongs to. NULL for objects outside any schema, such as an extension. */
const SCHEMA =
  "CASE i.type WHEN 'schema' THEN i.name WHEN 'domain constraint' THEN (SELECT n.nspname FROM pg_catalog.pg_constraint k " +
  'JOIN pg_catalog.pg_type t ON t.oid = k.contypid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE k.oid = d.objoid)::text ELSE i.schema END';

/** Comments on everything that is covered. Those on parts of an excluded table are excluded with it. */
export const COMMENTS: ObjectQuery = {
  group: 'comments',
  selects: [
    selectObjects({
      kind: 'comment',
      schema: 'coalesce(r.schema::text, i.schema)',
      parent: `coalesce(r.name::text, CASE WHEN i.schema IS NULL THEN i.identity ELSE ${withoutSchema('i.identity', 'i.schema')} END)`,
      name: "i.type || ' ' || i.identity",
      definition: 'i.description',
      from:
        `FROM (SELECT d.*, i.*, ${SCHEMA} AS of_schema FROM (SELECT d.*, ${TABLE} AS of_table FROM pg_catalog.pg_description d) AS d ` +
        'CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i) AS i ' +
        'LEFT JOIN relation r ON r.oid = i.of_table ' +
        `WHERE CASE WHEN i.of_table IS NOT NULL THEN r.oid IS NOT NULL WHEN i.of_schema IS NOT NULL THEN i.of_schema IN (SELECT name::text FROM covered_schema) ` +
        `ELSE i.objoid >= ${FIRST_USER_OID} END ` +
        'AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend m WHERE m.classid = i.classoid AND m.objid = i.objoid ' +
        "AND m.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND m.deptype = 'e')",
    }),
    selectObjects({
      kind: 'comment',
      name: "'database'",
      definition: 'd.description',
      from:
        'FROM pg_catalog.pg_shdescription d JOIN pg_catalog.pg_database b ON b.oid = d.objoid AND b.datname = current_database() ' +
        "WHERE d.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass",
    }),
  ],
};
