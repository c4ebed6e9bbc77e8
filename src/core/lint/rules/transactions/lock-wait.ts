import { locksOnExisting } from '../../model/locks-on-existing.js';
import type { Rule } from '../../model/rule.js';
import { blocksWrites } from '../../syntax/lock-modes.js';
import { shown } from '../../syntax/relation.js';

export const lockWaitWithoutLimit: Rule = {
  name: 'missing-lock-timeout',
  severity: 'error',
  docs: {
    finds:
      'A statement that waits without a limit for a lock that blocks the application on an existing table, because of `-- lock-timeout: 0`, `SET lock_timeout = 0`, or `timeouts: { tableLock: 0 }`.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until every transaction that uses the table has ended, and then until this one ends.',
    harm: 'While it waits, all later queries on the table queue up behind it. A report that runs for an hour then blocks the application for an hour.',
    example: '-- lock-timeout: 0\nALTER TABLE orders ADD COLUMN note text;\n',
    rewrite: [
      {
        about:
          'Keep the limit. If the lock is not available in time, the migration is rolled back and retried after a pause, in which the application can continue.',
        sql: 'ALTER TABLE orders ADD COLUMN note text;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
    ],
    notes:
      'The option `timeouts.tableLock` sets the limit (5 seconds), and `timeouts.tableLockRetries` the number of retries (10). A file may have its own limit: `-- lock-timeout: 2s`.',
  },
  check: ({ node, tables, hasLockLimit }) => {
    if (hasLockLimit) return [];
    const lock = locksOnExisting(node, tables).find(({ mode }) => blocksWrites(mode));
    if (!lock) return [];
    return [
      {
        message: `waits without a limit for ${lock.mode} on ${shown(lock.relation)}, so all later queries on that table queue up behind it`,
        remedy: 'Keep a limit, such as "-- lock-timeout: 5s" at the top of the file: the migration is then retried.',
        table: lock.relation,
      },
    ];
  },
};
