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
    duration: 'Until every row has been rewritten with the computed value and the transaction ends.',
    harm: 'All reads and writes of the table are blocked during that time.',
    setup: "INSERT INTO orders (id, status) SELECT n, 'open' FROM generate_series(1, 100) AS n;\n",
    example: "ALTER TABLE orders ADD COLUMN is_open boolean GENERATED ALWAYS AS (status = 'open') STORED;\n",
    rewrite: [
      {
        about: 'Add a plain column, and a trigger that fills it for every row written from now on.',
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
        about: 'In the next file, backfill the existing rows in batches, each in its own transaction.',
        sql: batched(`UPDATE orders SET is_open = (status = 'open')
     WHERE id IN (SELECT id FROM orders WHERE is_open IS NULL AND status IS NOT NULL LIMIT 5000);`),
      },
    ],
    notes:
      'Since PostgreSQL 18, a `VIRTUAL` generated column is computed when it is read, and adding one is instant. An index on the expression, or a view, is often enough.',
  },
  check: ({ node, tables, serverVersion = 0 }) =>
    addedColumns(node).flatMap(({ table, column }) => {
      const generated = constraintsOf(column).find(({ contype }) => contype === 'CONSTR_GENERATED');
      if (generated?.generated_kind !== 's' || tables.isNew(table)) return [];
      const virtual = serverVersion >= 180_000 ? ' Or make it VIRTUAL, so that it is computed when it is read.' : '';
      return [
        {
          message: `adds the stored generated column ${column.colname} to ${shown(table)}, which rewrites the whole table while blocking all reads and writes`,
          remedy: `Add a plain column that a trigger fills, and backfill the existing rows in batches.${virtual}`,
          table,
          location: column.location,
        },
      ];
    }),
};
