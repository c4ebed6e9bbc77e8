import { flag, selectObjects, type ObjectQuery } from '../object-query.js';

const DEFINITION = 'pg_get_constraintdef(k.oid)';

/** Foreign keys whose triggers have been disabled: they are not enforced. */
const DISABLED_TRIGGERS =
  "(SELECT g.tgconstraint FROM pg_catalog.pg_trigger g WHERE g.tgisinternal AND g.tgenabled <> 'O')";

/**
 * Constraints of tables and domains, with the index that enforces them. A NOT NULL constraint, which PostgreSQL has since
 * version 18, is a separate kind.
 */
export const CONSTRAINTS: ObjectQuery = {
  group: 'constraints',
  selects: [
    selectObjects({
      kind: { sql: "CASE k.contype WHEN 'n' THEN 'not-null constraint' ELSE 'constraint' END" },
      schema: 'r.schema',
      parent: 'r.name',
      name: 'k.conname',
      definition: DEFINITION,
      properties: {
        'triggers disabled': flag(`k.contype = 'f' AND k.oid IN ${DISABLED_TRIGGERS}`),
        'index invalid': flag('NOT i.indisvalid'),
        clustered: flag('i.indisclustered'),
        tablespace: 'ts.spcname',
      },
      // A clone of a foreign key, for a partition of the table that it references, has a parent.
      from:
        'FROM pg_catalog.pg_constraint k JOIN relation r ON r.oid = k.conrelid ' +
        "LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x') " +
        'LEFT JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = ic.reltablespace ' +
        "WHERE k.contype <> 't' AND k.conparentid = 0",
    }),
    selectObjects({
      rare: 'domain',
      kind: { sql: "CASE k.contype WHEN 'n' THEN 'not-null constraint' ELSE 'constraint' END" },
      schema: 's.name',
      parent: 't.typname',
      name: 'k.conname',
      definition: DEFINITION,
      from: 'FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_type t ON t.oid = k.contypid JOIN covered_schema s ON s.oid = t.typnamespace WHERE k.contypid <> 0',
    }),
  ],
};
