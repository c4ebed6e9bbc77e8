import { batched } from '../../model/batched.js';
import type { Rule } from '../../model/rule.js';
import { shown } from '../../syntax/relation.js';
import { writesOf } from '../../syntax/writes.js';

export const missingWhere: Rule = {
  name: 'missing-where',
  severity: 'warning',
  docs: {
    finds: '`UPDATE` or `DELETE` without `WHERE` on a table that exists before the run.',
    locks: [{ mode: 'ROW EXCLUSIVE', on: 'orders' }],
    duration: 'Until the transaction ends. Every row is locked too.',
    harm: 'Other writes to these rows wait until the last row is written and the transaction ends. Each updated row is stored a second time, so the table grows to twice its size. If the condition was forgotten, all rows are lost.',
    setup: 'INSERT INTO orders (id) SELECT generate_series(1, 100);\n',
    example: "UPDATE orders SET status = 'open';\n",
    rewrite: [
      {
        about:
          'Write the rows in batches, each in a transaction of its own, with a condition that skips those that are done.',
        sql: batched(`UPDATE orders SET status = 'open'
     WHERE id IN (SELECT id FROM orders WHERE status IS NULL LIMIT 5000);`),
        locks: [{ mode: 'ROW EXCLUSIVE', on: 'orders' }],
      },
    ],
    notes: 'For a small table, write the condition that you mean, even if it is true for all rows.',
  },
  check: ({ node, tables }) =>
    writesOf(node).flatMap(({ verb, table, condition }) =>
      condition || tables.isNew(table)
        ? []
        : [
            {
              message: `${verb} all rows of ${shown(table)} in one statement, and other writes to them wait until it is done`,
              remedy: 'Add a WHERE; for a large table, write in batches.',
              table,
            },
          ],
    ),
};
