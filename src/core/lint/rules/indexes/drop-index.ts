import { concurrently } from '../../model/advice.js';
import type { Rule } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { nameInList, shown } from '../../syntax/relation.js';

export const dropIndexNotConcurrently: Rule = {
  name: 'drop-index-without-concurrently',
  severity: 'warning',
  docs: {
    finds: '`DROP INDEX` without `CONCURRENTLY`, of an index on an existing table.',
    locks: [
      { mode: 'ACCESS EXCLUSIVE', on: 'orders' },
      { mode: 'ACCESS EXCLUSIVE', on: 'orders_status' },
    ],
    duration:
      'Until the transaction ends. The drop itself is quick, but the statement first waits for every transaction that uses the table.',
    harm: 'While it waits for the lock, all other queries on the table queue up behind it, including reads.',
    example: 'DROP INDEX orders_status;\n',
    rewrite: [
      {
        about: 'Drop it concurrently, in a separate file. It waits for running transactions without blocking others.',
        sql: 'DROP INDEX CONCURRENTLY orders_status;\n',
        locks: [
          { mode: 'SHARE UPDATE EXCLUSIVE', on: 'orders' },
          { mode: 'SHARE UPDATE EXCLUSIVE', on: 'orders_status' },
        ],
      },
    ],
    notes:
      'A concurrent statement can drop only one index, without `CASCADE`, and not the index of a constraint or of a partitioned table.',
  },
  check: (context) => {
    const drop = bodyOf('DropStmt', context.node);
    if (drop?.removeType !== 'OBJECT_INDEX' || drop.concurrent) return [];
    return (drop.objects ?? []).flatMap((object) => {
      const index = nameInList(object);
      if (!index || context.tables.isNew(index)) return [];
      return [
        {
          message: `drops the index ${shown(index)} without CONCURRENTLY, which blocks reads and writes of its table while it waits for running transactions`,
          remedy: concurrently('DROP INDEX CONCURRENTLY', context),
          table: context.tables.tableOf(index),
        },
      ];
    });
  },
};
