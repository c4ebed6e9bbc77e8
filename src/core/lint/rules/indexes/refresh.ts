import type { Rule } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { nameOf, shown } from '../../syntax/relation.js';

export const refreshNotConcurrently: Rule = {
  name: 'refresh-without-concurrently',
  severity: 'warning',
  docs: {
    finds: '`REFRESH MATERIALIZED VIEW` without `CONCURRENTLY`, of an existing view.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'totals' }],
    duration: 'Until its query has run and the transaction ends.',
    harm: 'All reads of the view are blocked during that time.',
    setup:
      'CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;\n',
    example: 'REFRESH MATERIALIZED VIEW totals;\n',
    rewrite: [
      {
        about: 'Once, give the view a unique index, which a concurrent refresh needs.',
        sql: 'CREATE UNIQUE INDEX CONCURRENTLY totals_customer ON totals (customer_id);\n',
      },
      {
        about: 'Refresh it concurrently. The view can be read in the meantime. A transaction is allowed.',
        sql: 'REFRESH MATERIALIZED VIEW CONCURRENTLY totals;\n',
        locks: [{ mode: 'EXCLUSIVE', on: 'totals' }],
      },
    ],
  },
  check: ({ node, tables }) => {
    const refresh = bodyOf('RefreshMatViewStmt', node);
    const view = nameOf(refresh?.relation);
    if (!refresh || !view || refresh.concurrent || tables.isNew(view)) return [];
    return [
      {
        message: `refreshes ${shown(view)} without CONCURRENTLY, which blocks all reads of it until that is done`,
        remedy: 'Use REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on the view.',
        table: view,
      },
    ];
  },
};
