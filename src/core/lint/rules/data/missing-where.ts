import { batched } from '../../model/batched.js';
import type { Rule } from '../../model/rule.js';
import { shown } from '../../syntax/relation.js';
import { writesOf } from '../../syntax/writes.js';

export const missingWhere: Rule = {
  name: 'missing-where',
  severity: 'warning',
  docs: {
    finds: '`UPDATE` or `DELETE` without `WHERE` on an existing table.',
    locks: [{ mode: 'ROW EXCLUSIVE', on: 'orders' }],
    duration: 'Until the transaction ends. Every row is locked too.',
    harm: 'Other writes to these rows wait until the last row has been written and the transaction ends. Each updated row is stored a second time, so the table can double in size. If the condition was forgotten, all rows are overwritten or deleted.',
    setup: 'INSERT INTO orders (id) SELECT generate_series(1, 100);\n',
    example: "UPDATE orders SET status = 'open';\n",
    rewrite: [
      {
        about:
          'Write the rows in batches, each in its own transaction, with a condition that skips the rows already written.',
        sql: batched(`UPDATE orders SET status = 'open'
     WHERE id IN (SELECT id FROM orders WHERE status IS NULL LIMIT 5000);`),
        locks: [{ mode: 'ROW EXCLUSIVE', on: 'orders' }],
      },
    ],
    notes: 'For a small table, state the intended condition explicitly, even if it is true for all rows.',
  },
  check: ({ node, tables }) =>
    writesOf(node).flatMap(({ verb, table, condition }) =>
      condition || tables.isNew(table)
        ? []
        : [
            {
              message: `${verb} all rows of ${shown(table)} in one statement, so other writes to them wait until it is done`,
              remedy: 'Add a WHERE clause; for a large table, write in batches.',
              table,
            },
          ],
    ),
};
