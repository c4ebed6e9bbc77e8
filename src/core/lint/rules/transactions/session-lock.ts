import { locksSession } from '../../../sql/statements/session-state.js';
import type { Rule } from '../../model/rule.js';

export const sessionLock: Rule = {
  name: 'session-lock',
  severity: 'warning',
  docs: {
    finds:
      'A call to `pg_advisory_lock` or `pg_try_advisory_lock`, in a query or a `DO` block, without releasing the lock in the same statement.',
    locks: [],
    duration: 'A session-level advisory lock. No table is locked.',
    harm: 'The end of the transaction does not release it: it is held until the session ends, even if the migration fails. Behind a transaction-mode pooler, it stays with a server connection that serves other clients next. This library’s own lock already keeps runs from overlapping.',
    example: "SELECT pg_advisory_lock(42);\nUPDATE orders SET status = 'open' WHERE id = 1;\n",
    rewrite: [
      {
        about: 'Take a transaction-level lock: it is released at the end of the transaction, even on failure.',
        sql: "SELECT pg_advisory_xact_lock(42);\nUPDATE orders SET status = 'open' WHERE id = 1;\n",
      },
    ],
  },
  check: ({ statement }) =>
    locksSession(statement)
      ? [
          {
            message: 'takes a session-level advisory lock, which the end of the transaction does not release',
            remedy: 'Use pg_advisory_xact_lock.',
          },
        ]
      : [],
};
