import { batched } from '../../model/batched.js';
import type { Rule } from '../../model/rule.js';
import { addedColumns, defaultOf } from '../../syntax/alter-table.js';
import { volatileCall } from '../../syntax/functions.js';
import { shown } from '../../syntax/relation.js';

export const volatileDefault: Rule = {
  name: 'volatile-default',
  severity: 'error',
  docs: {
    finds:
      '`ADD COLUMN` on an existing table with a default that calls a volatile function, such as `gen_random_uuid()`, `clock_timestamp()` or `nextval()`. Your own functions count as volatile.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until every row has been rewritten with its own value and the transaction ends.',
    harm: 'All reads and writes of the table are blocked during that time. A default that is the same for all rows, such as a constant or `now()`, is stored only once, which is instant.',
    setup: 'INSERT INTO orders (id) SELECT generate_series(1, 100);\n',
    example: 'ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();\n',
    rewrite: [
      {
        about: 'Add the column without a default, then set the default for new rows. The lock is short-lived.',
        sql: 'ALTER TABLE orders ADD COLUMN token uuid;\nALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid();\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'In the next file, backfill the existing rows in batches, each in its own transaction.',
        sql: batched(`UPDATE orders SET token = gen_random_uuid()
     WHERE id IN (SELECT id FROM orders WHERE token IS NULL LIMIT 5000);`),
      },
    ],
  },
  check: ({ node, tables }) =>
    addedColumns(node).flatMap(({ table, column }) => {
      const expression = defaultOf(column);
      const call = expression && volatileCall(expression);
      if (!call || tables.isNew(table)) return [];
      const why = call.isKnown ? 'is volatile' : 'counts as volatile unless it is declared STABLE or IMMUTABLE';
      return [
        {
          message: `adds the column ${column.colname} to ${shown(table)} with a default that rewrites the whole table while blocking all reads and writes: ${call.name}() ${why}`,
          remedy:
            'Add the column without a default, set the default in a second statement, and backfill the rows in batches.',
          table,
          location: column.location,
        },
      ];
    }),
};
