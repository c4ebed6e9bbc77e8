import type { Rule } from '../../model/rule.js';
import { addedConstraints } from '../../syntax/alter-table.js';
import { shown } from '../../syntax/relation.js';

export const checkWithoutNotValid: Rule = {
  name: 'check-without-not-valid',
  severity: 'error',
  docs: {
    finds: 'A check constraint that is added to an existing table without `NOT VALID`.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until every row of the table has been checked and the transaction ends.',
    harm: 'Nobody can read or write the table for that long.',
    example: 'ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0);\n',
    rewrite: [
      {
        about: 'Add it `NOT VALID`: new rows are checked from now on, those that exist are not. The lock is brief.',
        sql: 'ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0) NOT VALID;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'In the next file, check the rows that exist. The table can be read and written meanwhile.',
        sql: 'ALTER TABLE orders VALIDATE CONSTRAINT orders_total_positive;\n',
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'orders' }],
      },
    ],
  },
  check: ({ node, tables }) =>
    addedConstraints(node).flatMap(({ table, constraint, column }) => {
      const { contype, skip_validation, location } = constraint;
      if (contype !== 'CONSTR_CHECK' || skip_validation || tables.isNew(table)) return [];
      const remedy = column
        ? 'Add the column without it, then the constraint NOT VALID, and validate it in another file.'
        : 'Add it NOT VALID, and validate it in another file.';
      return [
        {
          message: `adds a check constraint to ${shown(table)} and checks all its rows at once, while nobody can read or write the table`,
          remedy,
          table,
          location,
        },
      ];
    }),
};
