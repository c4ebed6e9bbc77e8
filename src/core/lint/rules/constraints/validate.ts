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
    harm: 'The effect is the same as without `NOT VALID`: all reads and writes of the table (for a foreign key, writes to both tables) are blocked while its rows are checked.',
    example:
      'ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT orders_total_positive;\n',
    rewrite: [
      {
        about: 'One file adds the constraint.',
        sql: 'ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0) NOT VALID;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'The next file validates it. Each file runs in its own transaction.',
        sql: 'ALTER TABLE orders VALIDATE CONSTRAINT orders_total_positive;\n',
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'orders' }],
      },
    ],
    notes:
      "With the option `transaction: 'all'` all files share one transaction, so validate in a later run. If a file runs statement by statement, it may contain both statements.",
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
          message: `validates the constraint ${command.name} of ${shown(table)} in the transaction that adds it, so the lock for adding it is held while all rows are checked`,
          remedy: 'Validate it in a later file.',
          table,
        },
      ];
    }),
};
