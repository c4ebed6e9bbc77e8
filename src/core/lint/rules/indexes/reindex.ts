import { isOn } from '../../../sql/statements/autocommit.js';
import { concurrently } from '../../model/advice.js';
import type { Rule } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { nameOf, shown } from '../../syntax/relation.js';

export const reindexNotConcurrently: Rule = {
  name: 'reindex-without-concurrently',
  severity: 'error',
  docs: {
    finds: '`REINDEX` without `CONCURRENTLY` of an index, a table, a schema or the database.',
    locks: [
      { mode: 'SHARE', on: 'orders' },
      { mode: 'ACCESS EXCLUSIVE', on: 'orders_status' },
    ],
    duration: 'Until the index is rebuilt.',
    harm: 'All writes to the table are blocked during that time, and so is every query that might use the index: the planner looks at all indexes of a table.',
    example: 'REINDEX INDEX orders_status;\n',
    rewrite: [
      {
        about: 'Rebuild it concurrently, in a separate file.',
        sql: 'REINDEX INDEX CONCURRENTLY orders_status;\n',
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'orders' }],
      },
    ],
  },
  check: (context) => {
    const reindex = bodyOf('ReindexStmt', context.node);
    if (!reindex || isOn(reindex.params, 'concurrently')) return [];
    const relation = nameOf(reindex.relation);
    if (relation && context.tables.isNew(relation)) return [];
    const what = relation ? shown(relation) : (reindex.name ?? 'the database');
    return [
      {
        message: `rebuilds the indexes of ${what} without CONCURRENTLY, which blocks writes, and reads that might use them`,
        remedy: concurrently('REINDEX … CONCURRENTLY', context),
        table: relation && context.tables.tableOf(relation),
      },
    ];
  },
};
