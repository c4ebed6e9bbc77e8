import { batched } from '../../model/batched.js';
import type { Rule } from '../../model/rule.js';
import { isBounded } from '../../syntax/bounds.js';
import { shown } from '../../syntax/relation.js';
import { writesOf } from '../../syntax/writes.js';

export const unboundedWrite: Rule = {
  name: 'unbounded-write',
  severity: 'warning',
  docs: {
    finds:
      '`UPDATE` or `DELETE` on a large table with a condition that does not limit the number of rows: no `LIMIT`, and no comparison of a unique column with constants. It needs a database, which knows how large the table is. The option `lint.largeTable` says from how many rows on a table is large.',
    locks: [{ mode: 'ROW EXCLUSIVE', on: 'orders' }],
    duration: 'Until the transaction ends. Every row that is written is locked too.',
    harm: 'Other writes to these rows wait until the last row is written and the transaction ends. Vacuum cannot clean up meanwhile, and replicas fall behind.',
    setup: "INSERT INTO orders (id, status) SELECT n, 'open' FROM generate_series(1, 200) AS n;\nANALYZE orders;\n",
    example: "DELETE FROM orders WHERE status = 'open';\n",
    rewrite: [
      {
        about: 'Write the rows in batches, each in a transaction of its own.',
        sql: batched(`DELETE FROM orders WHERE id IN (SELECT id FROM orders WHERE status = 'open' LIMIT 5000);`),
        locks: [{ mode: 'ROW EXCLUSIVE', on: 'orders' }],
      },
    ],
  },
  check: ({ node, tables, largeTable }) =>
    writesOf(node).flatMap(({ verb, table, condition }) => {
      const { facts, isNew } = tables.find(table) ?? {};
      if (!condition || !facts || isNew || (facts.rows ?? 0) < largeTable) return [];
      const unique = new Set(facts.columns.flatMap((column) => (column.unique ? [column.name] : [])));
      if (isBounded(condition, unique)) return [];
      return [
        {
          message: `${verb} rows of the large table ${shown(table)} in one statement that does not limit their number, and other writes to them wait until it is done`,
          remedy: 'Write in batches, each in a transaction of its own.',
          table,
        },
      ];
    }),
};
