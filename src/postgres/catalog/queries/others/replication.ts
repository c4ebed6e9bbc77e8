import { digest, flag, role, selectObjects, type ObjectQuery } from '../object-query.js';

/**
 * Published schemas and tables, one per line. PostgreSQL before 15 has no pg_publication_namespace, so its rows are
 * found through their dependencies.
 */
const MEMBERS =
  '(SELECT string_agg(m.line, E\'\\n\' ORDER BY m.line COLLATE "C") FROM (' +
  "SELECT 'tables in schema ' || n.refobjid::pg_catalog.regnamespace AS line FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_depend n ON n.classid = d.classid AND n.objid = d.objid " +
  "WHERE d.classid = pg_catalog.to_regclass('pg_catalog.pg_publication_namespace') AND d.refclassid = 'pg_catalog.pg_publication'::pg_catalog.regclass AND d.refobjid = p.oid " +
  "AND n.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass UNION ALL " +
  "SELECT concat_ws(' ', 'table', t.prrelid::pg_catalog.regclass, '(' || t.columns || ')', 'where ' || pg_get_expr(t.filter, t.prrelid)) " +
  'FROM (SELECT NULL::pg_catalog.int2vector AS prattrs, NULL::pg_catalog.pg_node_tree AS prqual) AS absent CROSS JOIN LATERAL (SELECT pr.prrelid, prqual AS filter, ' +
  "(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = pr.prrelid AND a.attnum = ANY (prattrs)) AS columns " +
  'FROM pg_catalog.pg_publication_rel pr WHERE pr.prpubid = p.oid) AS t) AS m)';

const PUBLISHED =
  "concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END)";

/** Columns that were added to pg_subscription later, with the values that apply to older versions. */
const LATER = {
  substream: "''::text",
  subbinary: 'false',
  subtwophasestate: '\'d\'::"char"',
  subdisableonerr: 'false',
  subpasswordrequired: 'true',
  subrunasowner: 'false',
  suborigin: "'any'::text",
  subfailover: 'false',
};

/**
 * A column that only some roles may read; absent for the others. It is read by a dynamic query, because a role without
 * the privilege cannot even name it.
 */
function privileged(column: string): string {
  const query = `format('SELECT ${column} AS c FROM pg_catalog.pg_subscription WHERE subdbid = %s AND subname = %L', u.subdbid, u.subname)`;
  return (
    `CASE WHEN has_column_privilege('pg_catalog.pg_subscription', '${column}', 'SELECT') ` +
    `THEN substring(query_to_xml(${query}, false, false, '')::text FROM '<c>(.*)</c>') END`
  );
}

/** Publications and the subscriptions of this database. */
export const REPLICATION: ObjectQuery = {
  group: 'replication',
  selects: [
    selectObjects({
      kind: 'publication',
      name: 'p.pubname',
      definition: `CASE WHEN p.puballtables THEN 'all tables' ELSE ${MEMBERS} END`,
      properties: {
        publishes: PUBLISHED,
        'via partition root': flag('p.pubviaroot'),
        // It was a boolean before it became a code.
        'generated columns': "CASE to_jsonb(p) ->> 'pubgencols' WHEN 's' THEN 'stored' END",
        owner: role('p.pubowner'),
      },
      from: 'FROM pg_catalog.pg_publication p',
    }),
    selectObjects({
      kind: 'subscription',
      name: 'u.subname',
      properties: {
        enabled: 'u.subenabled',
        slot: 'u.subslotname',
        publications: "array_to_string(u.subpublications, ', ')",
        // PostgreSQL 13 does not let everyone read it.
        'synchronous commit': privileged('subsynccommit'),
        connection: digest(privileged('subconninfo')),
        ...Object.fromEntries(Object.keys(LATER).map((column) => [column.slice(3), `u.${column}`])),
        owner: role('u.subowner'),
      },
      from:
        `FROM (SELECT ${Object.entries(LATER)
          .map(([column, value]) => `${value} AS ${column}`)
          .join(', ')}) AS absent ` +
        `CROSS JOIN LATERAL (SELECT us.subname, us.subenabled, us.subslotname, us.subpublications, us.subowner, us.subdbid, ${Object.keys(LATER).join(', ')} FROM pg_catalog.pg_subscription us) AS u ` +
        'WHERE u.subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())',
    }),
  ],
};
