import type { Node } from '@pgsql/types';
import type { Rule } from '../../model/rule.js';
import { locksOnExisting } from '../../model/locks-on-existing.js';
import type { Tables } from '../../model/tables.js';
import type { HeldLock } from '../../model/transaction.js';
import { mayTakeLong } from '../../syntax/duration.js';
import { blocksReads, blocksWrites } from '../../syntax/lock-modes.js';
import { locksOf } from '../../syntax/locks.js';
import { shown, type RelationName } from '../../syntax/relation.js';

export const accessExclusiveHeld: Rule = {
  name: 'access-exclusive-held',
  severity: 'warning',
  docs: {
    finds:
      'A statement in a transaction that already holds `ACCESS EXCLUSIVE` on an existing table, if it reads or writes rows, or may have to wait for a lock on another existing table. Only the first such statement is reported.',
    locks: [
      { mode: 'ACCESS EXCLUSIVE', on: 'orders' },
      { mode: 'ROW EXCLUSIVE', on: 'customers' },
    ],
    duration: 'Until the transaction ends, that is, for as long as all later statements take.',
    harm: 'All reads and writes of the table that was altered first are blocked during that time, although altering it was quick. While the transaction waits for a lock on another table, two tables are blocked instead of one, and it may deadlock with the application.',
    example: "ALTER TABLE orders ADD COLUMN note text;\nUPDATE customers SET name = trim(name) WHERE name LIKE ' %';\n",
    rewrite: [
      {
        about: 'Alter the table in one file. The lock is short-lived.',
        sql: 'ALTER TABLE orders ADD COLUMN note text;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'Write rows in another file, which has its own transaction.',
        sql: "UPDATE customers SET name = trim(name) WHERE name LIKE ' %';\n",
        locks: [{ mode: 'ROW EXCLUSIVE', on: 'customers' }],
      },
    ],
    notes:
      "With the option `transaction: 'all'` all files share one transaction, and locks are held until its end. In a file that runs statement by statement, each statement has its own transaction.",
  },
  check: ({ statement, node, tables, transaction, held }) => {
    const holder = held.find(({ mode }) => blocksReads(mode));
    if (!holder || !prolongs(node, holder, tables)) return [];
    const earlier = transaction.statements.slice(0, transaction.statements.indexOf(statement));
    const since = earlier.slice(earlier.indexOf(holder.statement) + 1);
    if (since.some((each) => prolongs(each.node, holder, tables))) return [];
    return [
      {
        message: `continues while it holds ACCESS EXCLUSIVE on ${shown(holder.relation)}, so all reads and writes of that table are blocked until this statement is done too`,
        remedy: 'Move this statement to another file.',
        table: holder.relation,
      },
    ];
  },
};

/** True if a statement keeps the transaction open for more than a moment. */
function prolongs(node: Node, holder: HeldLock, tables: Tables): boolean {
  const locks = locksOnExisting(node, tables);
  const onlyNew = locks.length === 0 && locksOf(node).length > 0;
  if (mayTakeLong(node) && !onlyNew) return true;
  return locks.some(({ relation, mode }) => blocksWrites(mode) && !isSame(tables, relation, holder.relation));
}

function isSame(tables: Tables, one: RelationName, other: RelationName): boolean {
  return shown(tables.tableOf(one)) === shown(tables.tableOf(other));
}
