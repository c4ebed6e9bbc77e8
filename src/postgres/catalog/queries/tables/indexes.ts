import { flag, selectObjects, type ObjectQuery } from '../object-query.js';
import { IS_BEING_BUILT } from './index-builds.js';

/** The index is being built, perhaps to replace another one, so it does not count yet. */
const IN_THE_MAKING = `CASE WHEN i.indisvalid THEN false ELSE ${IS_BEING_BUILT} END`;

/** Statistics targets of expressions, by column number. */
const STATISTICS =
  "CASE WHEN i.indexprs IS NOT NULL THEN (SELECT string_agg(a.attnum || '=' || a.attstattarget, ', ' ORDER BY a.attnum) " +
  'FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0) END';

/** Indexes, except those that enforce a constraint: they are part of it. */
export const INDEXES: ObjectQuery = {
  group: 'indexes',
  selects: [
    selectObjects({
      kind: 'index',
      schema: 'r.schema',
      parent: 'r.name',
      name: 'c.relname',
      definition: 'pg_get_indexdef(i.indexrelid)',
      properties: {
        invalid: flag('NOT i.indisvalid'),
        clustered: flag('i.indisclustered'),
        tablespace: 'ts.spcname',
        statistics: STATISTICS,
      },
      from:
        'FROM pg_catalog.pg_index i JOIN relation r ON r.oid = i.indrelid JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid ' +
        'LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace ' +
        "WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) " +
        `AND NOT ${IN_THE_MAKING}`,
    }),
  ],
};
