import type { Rule } from '../../model/rule.js';
import { addedConstraints, tableActions } from '../../syntax/alter-table.js';
import { shown } from '../../syntax/relation.js';

export const validateInSameTransaction: Rule = {
  name: 'validate-in-same-transaction',
  severity: 'error',
  docs: {
    finds: '`VALIDATE CONSTRAINT` in the transaction that adds the constraint.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until every row has been checked: the lock of `ADD CONSTRAINT` is held until the transaction ends.',
    harm: 'It is as if the constraint had been added without `NOT VALID`: nobody can read or write the table (for a foreign key: write both tables) while its rows are checked.',
    example:
      'ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT orders_total_positive;\n',
    rewrite: [
      {
        about: 'One file adds the constraint.',
        sql: 'ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0) NOT VALID;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'The next file validates it. Each file runs in a transaction of its own.',
        sql: 'ALTER TABLE orders VALIDATE CONSTRAINT orders_total_positive;\n',
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'orders' }],
      },
    ],
    notes:
      "With the option `transaction: 'all'` all files share one transaction, so validate in another run. In a file that runs statement by statement, both statements may be in one file.",
  },
  check: ({ node, tables, held }) =>
    tableActions(node).flatMap(({ table, command }) => {
      if (command.subtype !== 'AT_ValidateConstraint' || tables.isNew(table)) return [];
      const added = [...held.map(({ statement }) => statement.node), node].some((earlier) =>
        addedConstraints(earlier).some(
          (other) => other.table.name === table.name && other.constraint.conname === command.name,
        ),
      );
      if (!added) return [];
      return [
        {
          message: `validates the constraint ${command.name} of ${shown(table)} in the transaction that adds it, so the lock of adding it is held while all rows are checked`,
          remedy: 'Validate it in another file.',
          table,
        },
      ];
    }),
};
