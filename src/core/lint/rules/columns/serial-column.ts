import { batched } from '../../model/batched.js';
import type { Rule } from '../../model/rule.js';
import { addedColumns, constraintsOf } from '../../syntax/alter-table.js';
import { shown } from '../../syntax/relation.js';
import { isSerial } from '../../syntax/types.js';

export const serialColumn: Rule = {
  name: 'serial-column',
  severity: 'error',
  docs: {
    finds: '`ADD COLUMN` with a `serial` type or `GENERATED … AS IDENTITY` on an existing table.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until every row has been rewritten with its own number and the transaction ends.',
    harm: 'All reads and writes of the table are blocked during that time.',
    setup: 'INSERT INTO orders (id) SELECT generate_series(1, 100);\n',
    example: 'ALTER TABLE orders ADD COLUMN number bigserial;\n',
    rewrite: [
      {
        about: 'Add a plain column, then a sequence that numbers new rows. The lock is short-lived.',
        sql: `ALTER TABLE orders ADD COLUMN number bigint;
CREATE SEQUENCE orders_number_seq AS bigint OWNED BY orders.number;
ALTER TABLE orders ALTER COLUMN number SET DEFAULT nextval('orders_number_seq');
`,
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'In the next file, number the existing rows in batches, each in its own transaction.',
        sql: batched(`UPDATE orders SET number = nextval('orders_number_seq')
     WHERE id IN (SELECT id FROM orders WHERE number IS NULL ORDER BY id LIMIT 5000);`),
      },
    ],
    notes:
      'To make it unique or `NOT NULL` afterwards, see `constraint-without-index` and `set-not-null-without-check`.',
  },
  check: ({ node, tables }) =>
    addedColumns(node).flatMap(({ table, column }) => {
      const isIdentity = constraintsOf(column).some(({ contype }) => contype === 'CONSTR_IDENTITY');
      if (tables.isNew(table) || !(isIdentity || isSerial(column.typeName))) return [];
      return [
        {
          message: `adds the auto-incremented column ${column.colname} to ${shown(table)}, which rewrites the whole table while blocking all reads and writes`,
          remedy:
            'Add a plain column, give it a default from a sequence in a second statement, and number the existing rows in batches.',
          table,
          location: column.location,
        },
      ];
    }),
};
