import type { Rule } from '../../model/rule.js';
import { addedColumns, constraintsOf, defaultOf, isRequired } from '../../syntax/alter-table.js';
import { shown } from '../../syntax/relation.js';
import { isSerial } from '../../syntax/types.js';

const FILLED = new Set(['CONSTR_GENERATED', 'CONSTR_IDENTITY']);

export const requiredColumn: Rule = {
  name: 'add-not-null-column',
  severity: 'error',
  docs: {
    finds: '`ADD COLUMN … NOT NULL` without a default on an existing table.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'customers' }],
    duration: 'Until the statement fails.',
    harm: 'It fails if the table has any row: it passes on an empty test database, and the deployment to production fails. Inserts by the old release, which does not know the column, would fail too.',
    example: 'ALTER TABLE customers ADD COLUMN country text NOT NULL;\n',
    rewrite: [
      {
        about:
          'Give it a default that is the same for all rows. It is stored only once, and the old release can still insert rows. The lock is short-lived.',
        sql: "ALTER TABLE customers ADD COLUMN country text NOT NULL DEFAULT 'unknown';\n",
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'customers' }],
      },
    ],
    notes:
      'If there is no such default, add the column without `NOT NULL`, backfill it in batches, and then follow `set-not-null-without-check`.',
  },
  check: ({ node, tables }) =>
    addedColumns(node).flatMap(({ table, column }) => {
      const isFilled =
        defaultOf(column) !== undefined ||
        isSerial(column.typeName) ||
        constraintsOf(column).some(({ contype = '' }) => FILLED.has(contype));
      if (!isRequired(column) || isFilled || tables.isNew(table)) return [];
      return [
        {
          message: `adds the NOT NULL column ${column.colname} to ${shown(table)} without a default, which fails if the table has any row`,
          remedy: 'Give it a default. Or add it without NOT NULL, backfill it, validate a check, and set NOT NULL.',
          table,
          location: column.location,
        },
      ];
    }),
};
