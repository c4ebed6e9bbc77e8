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

/** Extensions, objects that depend on them, and other additions to a server: languages, transforms, access methods. */
export const EXTENSIONS: ObjectQuery = {
  group: 'extensions',
  selects: [
    selectObjects({
      kind: 'extension',
      name: 'x.extname',
      properties: { version: 'x.extversion', schema: 'x.extnamespace::pg_catalog.regnamespace' },
      from: 'FROM pg_catalog.pg_extension x',
    }),
    selectObjects({
      kind: 'extension dependency',
      schema: 'i.schema',
      parent: `CASE WHEN i.schema IS NULL THEN i.identity ELSE ${withoutSchema('i.identity', 'i.schema')} END`,
      name: 'x.extname',
      from:
        'FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension x ON x.oid = d.refobjid CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS i ' +
        "WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'x' " +
        'AND (i.schema IS NULL OR i.schema IN (SELECT s.name::text FROM covered_schema s))',
    }),
    selectObjects({
      kind: 'language',
      name: 'l.lanname',
      properties: {
        trusted: flag('l.lanpltrusted'),
        handler: named('l.lanplcallfoid', 'regproc'),
        inline: named('l.laninline', 'regproc'),
        validator: named('l.lanvalidator', 'regproc'),
        owner: role('l.lanowner'),
      },
      from: `FROM pg_catalog.pg_language l WHERE l.lanispl AND ${notOfExtension('pg_language', 'l.oid')}`,
    }),
    selectObjects({
      kind: 'transform',
      name: "format_type(t.trftype, NULL) || ' LANGUAGE ' || l.lanname",
      properties: { 'from sql': named('t.trffromsql', 'regprocedure'), 'to sql': named('t.trftosql', 'regprocedure') },
      from: `FROM pg_catalog.pg_transform t JOIN pg_catalog.pg_language l ON l.oid = t.trflang WHERE ${notOfExtension('pg_transform', 't.oid')}`,
    }),
    selectObjects({
      kind: 'access method',
      name: 'm.amname',
      properties: { type: words('m.amtype', { i: 'index', t: 'table' }), handler: 'm.amhandler' },
      from: `FROM pg_catalog.pg_am m WHERE m.oid >= ${FIRST_USER_OID} AND ${notOfExtension('pg_am', 'm.oid')}`,
    }),
  ],
};
