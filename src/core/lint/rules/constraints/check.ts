import type { Rule } from '../../model/rule.js';
import { addedConstraints } from '../../syntax/alter-table.js';
import { shown } from '../../syntax/relation.js';

export const checkWithoutNotValid: Rule = {
  name: 'check-without-not-valid',
  severity: 'error',
  docs: {
    finds: 'A check constraint added to an existing table without `NOT VALID`.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until every row of the table has been checked and the transaction ends.',
    harm: 'All reads and writes of the table are blocked during that time.',
    example: 'ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0);\n',
    rewrite: [
      {
        about: 'Add it as `NOT VALID`: only new rows are checked from now on. The lock is short-lived.',
        sql: 'ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0) NOT VALID;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'In the next file, check the existing rows. The table can be read and written in the meantime.',
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
        ? 'Add the column without it, then the constraint as NOT VALID, and validate it in a later file.'
        : 'Add it as NOT VALID, and validate it in a later file.';
      return [
        {
          message: `adds a check constraint to ${shown(table)} and checks all its rows at once while blocking all reads and writes`,
          remedy,
          table,
          location,
        },
      ];
    }),
};
