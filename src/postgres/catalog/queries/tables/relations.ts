import { flag, list, maskedList, role, selectObjects, words, type ObjectQuery } from '../object-query.js';

const FROM_RELATION =
  'FROM relation r JOIN pg_catalog.pg_class c USING (oid) LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace';

const PERSISTENCE = words('c.relpersistence', { u: 'unlogged', t: 'temporary' });

/** What tables and materialized views have in common. */
const STORED = {
  owner: role('c.relowner'),
  persistence: PERSISTENCE,
  'access method': "NULLIF((SELECT am.amname FROM pg_catalog.pg_am am WHERE am.oid = c.relam), 'heap')",
  tablespace: 'ts.spcname',
  options: list('c.reloptions'),
  'toast options': `CASE WHEN c.reltoastrelid <> 0 THEN ${list('(SELECT t.reloptions FROM pg_catalog.pg_class t WHERE t.oid = c.reltoastrelid)')} END`,
};

/** `INHERITS` of a table, or the table that it is a partition of, with its place among the parents. */
const PARENTS =
  "CASE WHEN c.relhassubclass OR EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid) THEN (SELECT string_agg(h.inhparent::pg_catalog.regclass::text, ', ' ORDER BY h.inhseqno) " +
  'FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid) END';

const REPLICA_IDENTITY =
  "CASE c.relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' " +
  "WHEN 'i' THEN (SELECT 'index ' || ic.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisreplident) END";

/** Schemas, tables, views, materialized views and foreign tables, without their parts. */
export const RELATIONS: ObjectQuery = {
  group: 'relations',
  selects: [
    selectObjects({
      kind: 'schema',
      name: 's.name',
      properties: { owner: role('s.owner') },
      from: 'FROM covered_schema s',
    }),
    selectObjects({
      kind: 'table',
      schema: 'r.schema',
      name: 'r.name',
      properties: {
        ...STORED,
        'partitioned by': "CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END",
        inherits: `CASE WHEN NOT c.relispartition THEN ${PARENTS} END`,
        'partition of': `CASE WHEN c.relispartition THEN ${PARENTS} || ' ' || pg_get_expr(c.relpartbound, c.oid) END`,
        'of type': 'CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END',
        'row security': words("CASE WHEN c.relrowsecurity THEN 'y' END", { y: 'enabled' }),
        'forced row security': flag('c.relforcerowsecurity'),
        'replica identity': REPLICA_IDENTITY,
      },
      from: `${FROM_RELATION} WHERE r.kind IN ('r', 'p')`,
    }),
    selectObjects({
      kind: 'view',
      schema: 'r.schema',
      name: 'r.name',
      definition: 'pg_get_viewdef(r.oid)',
      properties: { owner: role('c.relowner'), options: list('c.reloptions') },
      from: `${FROM_RELATION} WHERE r.kind = 'v'`,
    }),
    selectObjects({
      kind: 'materialized view',
      schema: 'r.schema',
      name: 'r.name',
      definition: 'pg_get_viewdef(r.oid)',
      properties: STORED,
      from: `${FROM_RELATION} WHERE r.kind = 'm'`,
    }),
    selectObjects({
      kind: 'foreign table',
      schema: 'r.schema',
      name: 'r.name',
      properties: {
        owner: role('c.relowner'),
        server: 'fs.srvname',
        options: maskedList('ft.ftoptions'),
        inherits: PARENTS,
      },
      from:
        `${FROM_RELATION} JOIN pg_catalog.pg_foreign_table ft ON ft.ftrelid = r.oid ` +
        "JOIN pg_catalog.pg_foreign_server fs ON fs.oid = ft.ftserver WHERE r.kind = 'f'",
    }),
  ],
};
