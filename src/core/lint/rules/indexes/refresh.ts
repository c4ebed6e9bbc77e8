import type { Rule } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { nameOf, shown } from '../../syntax/relation.js';

export const refreshNotConcurrently: Rule = {
  name: 'refresh-not-concurrently',
  severity: 'warning',
  docs: {
    finds: '`REFRESH MATERIALIZED VIEW` without `CONCURRENTLY`, of a view that exists before the run.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'totals' }],
    duration: 'Until its query has run and the transaction ends.',
    harm: 'Nobody can read the view for that long.',
    setup:
      'CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;\n',
    example: 'REFRESH MATERIALIZED VIEW totals;\n',
    rewrite: [
      {
        about: 'Once: give the view a unique index, which a concurrent refresh needs.',
        sql: 'CREATE UNIQUE INDEX CONCURRENTLY totals_customer ON totals (customer_id);\n',
      },
      {
        about: 'Refresh it concurrently. It can be read meanwhile, and it may run in a transaction.',
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
        message: `refreshes ${shown(view)} without CONCURRENTLY, so nobody can read it until that is done`,
        remedy: 'Use REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on the view.',
        table: view,
      },
    ];
  },
};
