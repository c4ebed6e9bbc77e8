import type { Rule } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { nameOf, shown } from '../../syntax/relation.js';

export const cluster: Rule = {
  name: 'cluster',
  severity: 'error',
  docs: {
    finds: '`CLUSTER` of a table that exists before the run, or of all tables.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until the whole table and all its indexes have been written again.',
    harm: 'Nobody can read or write the table for that long. Later writes do not keep the order.',
    example: 'CLUSTER orders USING orders_status;\n',
    rewrite: [
      {
        about: 'An index that contains all columns of a query has the same effect for that query, and stays in order.',
        sql: 'CREATE INDEX CONCURRENTLY orders_status_total ON orders (status) INCLUDE (total);\n',
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'orders' }],
      },
    ],
    notes: 'To order the rows themselves, use the extension `pg_repack` outside of migrations.',
  },
  check: ({ node, tables }) => {
    const statement = bodyOf('ClusterStmt', node);
    const table = nameOf(statement?.relation);
    if (!statement || (table && tables.isNew(table))) return [];
    return [
      {
        message: `writes ${table ? shown(table) : 'every clustered table'} again in the order of an index, while nobody can read or write it`,
        remedy: 'Use an index that contains the columns of the query, or pg_repack outside of migrations.',
        table,
      },
    ];
  },
};
