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
      '`ADD COLUMN` on an existing table with a default that calls a volatile function, such as `gen_random_uuid()`, `clock_timestamp()` or `nextval()`. A function of your own counts as volatile.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until every row has been written again with a value of its own and the transaction ends.',
    harm: 'Nobody can read or write the table for that long. A default that is the same for all rows, such as a constant or `now()`, is stored once and takes no time.',
    setup: 'INSERT INTO orders (id) SELECT generate_series(1, 100);\n',
    example: 'ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();\n',
    rewrite: [
      {
        about: 'Add the column without a default, then set the default for new rows. The lock is brief.',
        sql: 'ALTER TABLE orders ADD COLUMN token uuid;\nALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid();\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'In the next file, fill the old rows in batches, each in a transaction of its own.',
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
          message: `adds the column ${column.colname} to ${shown(table)} with a default that writes the whole table again, while nobody can read or write it: ${call.name}() ${why}`,
          remedy:
            'Add the column without a default, set the default in a second statement, and fill the old rows in batches.',
          table,
          location: column.location,
        },
      ];
    }),
};
