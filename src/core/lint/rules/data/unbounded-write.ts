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
      '`UPDATE` or `DELETE` on a large table with a condition that does not limit the number of rows: no `LIMIT`, and no comparison of a unique column with constants. This rule needs a database, because it depends on the size of the table. The option `lint.largeTableRows` sets the number of rows from which a table counts as large.',
    locks: [{ mode: 'ROW EXCLUSIVE', on: 'orders' }],
    duration: 'Until the transaction ends. Every row that is written is locked too.',
    harm: 'Other writes to these rows wait until the last row has been written and the transaction ends. In the meantime, vacuum cannot clean up, and replicas fall behind.',
    setup: "INSERT INTO orders (id, status) SELECT n, 'open' FROM generate_series(1, 200) AS n;\nANALYZE orders;\n",
    example: "DELETE FROM orders WHERE status = 'open';\n",
    rewrite: [
      {
        about: 'Write the rows in batches, each in its own transaction.',
        sql: batched(`DELETE FROM orders WHERE id IN (SELECT id FROM orders WHERE status = 'open' LIMIT 5000);`),
        locks: [{ mode: 'ROW EXCLUSIVE', on: 'orders' }],
      },
    ],
  },
  check: ({ node, tables, largeTableRows }) =>
    writesOf(node).flatMap(({ verb, table, condition }) => {
      const { facts, isNew } = tables.find(table) ?? {};
      if (!condition || !facts || isNew || (facts.rows ?? 0) < largeTableRows) return [];
      const unique = new Set(facts.columns.flatMap((column) => (column.unique ? [column.name] : [])));
      if (isBounded(condition, unique)) return [];
      return [
        {
          message: `${verb} rows of the large table ${shown(table)} in one statement without limiting their number, so other writes to them wait until it is done`,
          remedy: 'Write in batches, each in its own transaction.',
          table,
        },
      ];
    }),
};
