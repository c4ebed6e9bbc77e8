import { concurrently } from '../../model/advice.js';
import type { Rule } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { nameOf, shown } from '../../syntax/relation.js';

export const createIndexNotConcurrently: Rule = {
  name: 'create-index-without-concurrently',
  severity: 'error',
  docs: {
    finds: '`CREATE INDEX` without `CONCURRENTLY` on an existing table.',
    locks: [{ mode: 'SHARE', on: 'orders' }],
    duration: 'Until the index is built and the transaction ends. The larger the table, the longer this takes.',
    harm: 'Every `INSERT`, `UPDATE` and `DELETE` on the table is blocked during that time. Reads are not.',
    example: 'CREATE INDEX orders_customer ON orders (customer_id);\n',
    rewrite: [
      {
        about: 'Build it concurrently, in a separate file. The table can be read and written in the meantime.',
        sql: 'CREATE INDEX CONCURRENTLY orders_customer ON orders (customer_id);\n',
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'orders' }],
      },
    ],
    notes:
      'A file with `CONCURRENTLY` is recognized and runs statement by statement; if a build fails, the next run drops the invalid index and builds it again. A concurrent build waits for all transactions that use the table. Partitioned tables cannot be indexed concurrently: create the index `ON ONLY` the partitioned table, build one concurrently on each partition, and attach them with `ALTER INDEX … ATTACH PARTITION`.',
  },
  check: (context) => {
    const index = bodyOf('IndexStmt', context.node);
    const table = nameOf(index?.relation);
    if (!index || !table || index.concurrent || context.tables.isNew(table)) return [];
    const isPartitioned = context.tables.find(table)?.facts?.kind === 'partitioned table';
    if (isPartitioned && index.relation?.inh !== true) return []; // ON ONLY builds nothing
    return [
      {
        message: `builds an index on ${shown(table)} without CONCURRENTLY, which blocks all writes to the table until it is built`,
        remedy: isPartitioned
          ? `${shown(table)} is partitioned: create the index with ON ONLY, build one concurrently on each partition, and attach those.`
          : concurrently('CREATE INDEX CONCURRENTLY', context),
        table,
      },
    ];
  },
};
