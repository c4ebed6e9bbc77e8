import { locksSession } from '../../../sql/statements/session-state.js';
import type { Rule } from '../../model/rule.js';

export const sessionLock: Rule = {
  name: 'session-lock',
  severity: 'warning',
  docs: {
    finds:
      'A call of `pg_advisory_lock` or `pg_try_advisory_lock`, in a query or a `DO` block, without releasing it in the same statement.',
    locks: [],
    duration: 'An advisory lock of the session. No table is locked.',
    harm: 'Transactions do not end it: it stays if the migration fails, and until the session ends. Behind a transaction-mode pooler it stays with a connection that serves other clients next. The migrations of a directory are already kept apart by this library’s own lock.',
    example: "SELECT pg_advisory_lock(42);\nUPDATE orders SET status = 'open' WHERE id = 1;\n",
    rewrite: [
      {
        about: 'Take a lock of the transaction: it is released when the transaction ends, however it ends.',
        sql: "SELECT pg_advisory_xact_lock(42);\nUPDATE orders SET status = 'open' WHERE id = 1;\n",
      },
    ],
  },
  check: ({ statement }) =>
    locksSession(statement)
      ? [
          {
            message: 'takes an advisory lock of the session, which the end of the transaction does not release',
            remedy: 'Use pg_advisory_xact_lock.',
          },
        ]
      : [],
};
