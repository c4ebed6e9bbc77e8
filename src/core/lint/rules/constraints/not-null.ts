import type { AlterTableCmd } from '@pgsql/types';
import type { Rule } from '../../model/rule.js';
import { tableActions } from '../../syntax/alter-table.js';
import { bodyOf } from '../../syntax/node.js';
import { shown, stringsOf } from '../../syntax/relation.js';

const NOT_NULL_CONSTRAINTS_SINCE = 180_000;

export const setNotNullWithoutCheck: Rule = {
  name: 'set-not-null-without-check',
  severity: 'error',
  docs: {
    finds:
      '`SET NOT NULL` on a column of an existing table, unless a validated constraint `CHECK (column IS NOT NULL)` already proves that it contains no NULL.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until every row of the table has been checked and the transaction ends.',
    harm: 'All reads and writes of the table are blocked during that time.',
    example: 'ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL;\n',
    rewrite: [
      {
        about: 'Add a check constraint as `NOT VALID`: only new rows are checked. The lock is short-lived.',
        sql: 'ALTER TABLE orders\n  ADD CONSTRAINT orders_customer_present CHECK (customer_id IS NOT NULL) NOT VALID;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'In the next file, check the existing rows. The table can be read and written in the meantime.',
        sql: 'ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_present;\n',
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'In a third file, set `NOT NULL`. The validated check saves a table scan, so the lock is short-lived.',
        sql: 'ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL;\nALTER TABLE orders DROP CONSTRAINT orders_customer_present;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
    ],
    notes:
      'Since PostgreSQL 18, two files are enough: `ADD CONSTRAINT … NOT NULL customer_id NOT VALID`, then `VALIDATE CONSTRAINT`.',
  },
  check: ({ node, tables, serverVersion = 0 }) =>
    tableActions(node).flatMap(({ table, command }) =>
      columnsSet(command).flatMap((column) => {
        if (tables.isNew(table) || tables.column(table, column)?.notNull) return [];
        if (tables.isCheckedNotNull(table, column)) return [];
        const constraint =
          serverVersion >= NOT_NULL_CONSTRAINTS_SINCE ? `NOT NULL ${column}` : `CHECK (${column} IS NOT NULL)`;
        const last = serverVersion >= NOT_NULL_CONSTRAINTS_SINCE ? '' : ' Then set NOT NULL in a third.';
        return [
          {
            message: `sets ${column} of ${shown(table)} NOT NULL and checks all rows at once while blocking all reads and writes`,
            remedy: `Add the constraint ${constraint} as NOT VALID in one file and validate it in another.${last}`,
            table,
          },
        ];
      }),
    ),
};

/** The columns of `SET NOT NULL`, and of the equivalent constraint in PostgreSQL 18. */
function columnsSet({ subtype, name, def }: AlterTableCmd): string[] {
  if (subtype === 'AT_SetNotNull' && name !== undefined) return [name];
  const constraint = subtype === 'AT_AddConstraint' ? bodyOf('Constraint', def) : undefined;
  if (constraint?.contype !== 'CONSTR_NOTNULL' || constraint.skip_validation) return [];
  return stringsOf(constraint.keys);
}
