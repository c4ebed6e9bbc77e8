import type { ConstrType } from '@pgsql/types';
import type { Rule } from '../../model/rule.js';
import { addedConstraints } from '../../syntax/alter-table.js';
import { shown } from '../../syntax/relation.js';

const KINDS: { readonly [Type in ConstrType]?: string } = {
  CONSTR_PRIMARY: 'primary key',
  CONSTR_UNIQUE: 'unique constraint',
  CONSTR_EXCLUSION: 'exclusion constraint',
};

export const constraintWithoutIndex: Rule = {
  name: 'constraint-without-index',
  severity: 'error',
  docs: {
    finds:
      'A unique constraint or primary key added to an existing table without `USING INDEX`, and every exclusion constraint.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'customers' }],
    duration: 'Until the index of the constraint is built and the transaction ends.',
    harm: 'All reads and writes of the table are blocked during that time.',
    example: 'ALTER TABLE customers ADD CONSTRAINT customers_email_key UNIQUE (email);\n',
    rewrite: [
      {
        about: 'Build the index concurrently, in a separate file.',
        sql: 'CREATE UNIQUE INDEX CONCURRENTLY customers_email_key ON customers (email);\n',
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'customers' }],
      },
      {
        about: 'In the next file, turn it into a constraint. The lock is short-lived.',
        sql: 'ALTER TABLE customers ADD CONSTRAINT customers_email_key UNIQUE USING INDEX customers_email_key;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'customers' }],
      },
    ],
    notes:
      'A primary key also makes its columns `NOT NULL`. Do that first (see `set-not-null-without-check`), or all rows are checked under `ACCESS EXCLUSIVE`. The index of an exclusion constraint cannot be built concurrently: add it while the table is small, or in a maintenance window, with an `allow` comment.',
  },
  check: ({ node, tables }) =>
    addedConstraints(node).flatMap(({ table, constraint, column }) => {
      const kind = constraint.contype && KINDS[constraint.contype];
      if (!kind || constraint.indexname !== undefined || tables.isNew(table)) return [];
      const cannotBeConcurrent = constraint.contype === 'CONSTR_EXCLUSION';
      const using = `ADD CONSTRAINT … ${constraint.contype === 'CONSTR_PRIMARY' ? 'PRIMARY KEY' : 'UNIQUE'} USING INDEX`;
      return [
        {
          message: `adds a ${kind} to ${shown(table)} and builds its index while blocking all reads and writes`,
          remedy: cannotBeConcurrent
            ? 'Its index cannot be built concurrently: run it while the table is small or rarely used.'
            : `${column ? 'Add the column without it. Then build' : 'Build'} the index with CREATE UNIQUE INDEX CONCURRENTLY in one file, and use it in another: ${using}.`,
          table,
          location: constraint.location,
        },
      ];
    }),
};
