import { batched } from '../../model/batched.js';
import type { Rule } from '../../model/rule.js';
import { addedColumns, constraintsOf } from '../../syntax/alter-table.js';
import { shown } from '../../syntax/relation.js';

export const storedGeneratedColumn: Rule = {
  name: 'stored-generated-column',
  severity: 'error',
  docs: {
    finds: '`ADD COLUMN … GENERATED ALWAYS AS (…) STORED` on an existing table.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until every row has been written again with the computed value and the transaction ends.',
    harm: 'Nobody can read or write the table for that long.',
    setup: "INSERT INTO orders (id, status) SELECT n, 'open' FROM generate_series(1, 100) AS n;\n",
    example: "ALTER TABLE orders ADD COLUMN is_open boolean GENERATED ALWAYS AS (status = 'open') STORED;\n",
    rewrite: [
      {
        about: 'Add a plain column, and let a trigger fill it for every row that is written from now on.',
        sql: `ALTER TABLE orders ADD COLUMN is_open boolean;

CREATE FUNCTION orders_fill_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.is_open := NEW.status = 'open';
  RETURN NEW;
END $$;

CREATE TRIGGER orders_fill_is_open BEFORE INSERT OR UPDATE ON orders
  FOR EACH ROW EXECUTE FUNCTION orders_fill_is_open();
`,
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'In the next file, fill the old rows in batches, each in a transaction of its own.',
        sql: batched(`UPDATE orders SET is_open = (status = 'open')
     WHERE id IN (SELECT id FROM orders WHERE is_open IS NULL AND status IS NOT NULL LIMIT 5000);`),
      },
    ],
    notes:
      'Since PostgreSQL 18, a generated column that is not `STORED` is computed when it is read, and adding one takes no time. An index on the expression, or a view, is often enough.',
  },
  check: ({ node, tables, serverVersion = 0 }) =>
    addedColumns(node).flatMap(({ table, column }) => {
      const generated = constraintsOf(column).find(({ contype }) => contype === 'CONSTR_GENERATED');
      if (generated?.generated_kind !== 's' || tables.isNew(table)) return [];
      const virtual = serverVersion >= 180_000 ? ' Or make it VIRTUAL: it is then computed when it is read.' : '';
      return [
        {
          message: `adds the stored generated column ${column.colname} to ${shown(table)}, which writes the whole table again, while nobody can read or write it`,
          remedy: `Add a plain column that a trigger fills, and fill the old rows in batches.${virtual}`,
          table,
          location: column.location,
        },
      ];
    }),
};
