import type { Rule } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { nameOf, shown } from '../../syntax/relation.js';

export const cluster: Rule = {
  name: 'cluster',
  severity: 'error',
  docs: {
    finds: '`CLUSTER` of an existing table, or of all tables.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until the whole table and all its indexes have been rewritten.',
    harm: 'All reads and writes of the table are blocked during that time. Later writes do not keep the order.',
    example: 'CLUSTER orders USING orders_status;\n',
    rewrite: [
      {
        about: 'A covering index for a query has the same effect on that query, and stays in order.',
        sql: 'CREATE INDEX CONCURRENTLY orders_status_total ON orders (status) INCLUDE (total);\n',
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'orders' }],
      },
    ],
    notes: 'To sort the rows themselves, use the extension `pg_repack` outside migrations.',
  },
  check: ({ node, tables }) => {
    const statement = bodyOf('ClusterStmt', node);
    const table = nameOf(statement?.relation);
    if (!statement || (table && tables.isNew(table))) return [];
    return [
      {
        message: `rewrites ${table ? shown(table) : 'every clustered table'} in the order of an index while blocking all reads and writes`,
        remedy: 'Use a covering index for the query, or pg_repack outside migrations.',
        table,
      },
    ];
  },
};
