import type { ColumnDef } from '@pgsql/types';
import type { Rule } from '../../model/rule.js';
import { addedConstraints, constraintsOf } from '../../syntax/alter-table.js';
import { nameOf, shown } from '../../syntax/relation.js';

export const foreignKeyWithoutNotValid: Rule = {
  name: 'foreign-key-without-not-valid',
  severity: 'error',
  docs: {
    finds: 'A foreign key added to an existing table without `NOT VALID`.',
    locks: [
      { mode: 'SHARE ROW EXCLUSIVE', on: 'orders' },
      { mode: 'SHARE ROW EXCLUSIVE', on: 'customers' },
    ],
    duration: 'Until every row of the table has been checked and the transaction ends.',
    harm: 'Writes to both tables are blocked during that time.',
    example:
      'ALTER TABLE orders\n  ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id);\n',
    rewrite: [
      {
        about: 'Add it as `NOT VALID`: only new rows are checked from now on. The locks are short-lived.',
        sql: 'ALTER TABLE orders\n  ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;\n',
        locks: [
          { mode: 'SHARE ROW EXCLUSIVE', on: 'orders' },
          { mode: 'SHARE ROW EXCLUSIVE', on: 'customers' },
        ],
      },
      {
        about: 'In the next file, check the existing rows. Both tables can be read and written in the meantime.',
        sql: 'ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk;\n',
        locks: [
          { mode: 'SHARE UPDATE EXCLUSIVE', on: 'orders' },
          { mode: 'ROW SHARE', on: 'customers' },
        ],
      },
    ],
    notes:
      'A new column without a default contains only NULL, so `ADD COLUMN … REFERENCES` checks no rows and is not reported. Before PostgreSQL 18, a foreign key of a partitioned table cannot be `NOT VALID`: add it to each partition first.',
  },
  check: ({ node, tables }) =>
    addedConstraints(node).flatMap(({ table, constraint, column }) => {
      const { contype, skip_validation, pktable, location } = constraint;
      if (contype !== 'CONSTR_FOREIGN' || skip_validation || tables.isNew(table)) return [];
      if (column && !hasDefault(column)) return []; // all rows have NULL there
      const referenced = nameOf(pktable);
      return [
        {
          message: `adds a foreign key to ${shown(table)} and checks all its rows at once, which blocks writes to it${referenced ? ` and to ${shown(referenced)}` : ''} until that is done`,
          remedy: 'Add it as NOT VALID, and validate it in a later file.',
          table,
          location,
        },
      ];
    }),
};

/** With any default, even NULL, the server checks all rows. */
function hasDefault(column: ColumnDef): boolean {
  return constraintsOf(column).some(({ contype }) => contype === 'CONSTR_DEFAULT');
}
