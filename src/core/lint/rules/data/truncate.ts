import type { Rule } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { nameOf, shown } from '../../syntax/relation.js';

export const truncateCascade: Rule = {
  name: 'truncate-cascade',
  severity: 'error',
  docs: {
    finds: '`TRUNCATE … CASCADE`.',
    locks: [
      { mode: 'ACCESS EXCLUSIVE', on: 'customers' },
      { mode: 'ACCESS EXCLUSIVE', on: 'orders' },
    ],
    duration: 'Until the transaction ends. In the example, `orders` has a foreign key to `customers`.',
    harm: 'It also empties every table that references this one, directly or indirectly, whatever they contain by then. All reads and writes of these tables are blocked until the transaction ends.',
    setup: 'ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers;\n',
    example: 'TRUNCATE customers CASCADE;\n',
    rewrite: [
      {
        about:
          'Name every table to empty. If another table references one of them by then, the statement fails instead of emptying it.',
        sql: 'TRUNCATE orders, customers;\n',
        locks: [
          { mode: 'ACCESS EXCLUSIVE', on: 'customers' },
          { mode: 'ACCESS EXCLUSIVE', on: 'orders' },
        ],
      },
    ],
  },
  check: ({ node, tables }) => {
    const truncate = bodyOf('TruncateStmt', node);
    if (truncate?.behavior !== 'DROP_CASCADE') return [];
    const names = (truncate.relations ?? []).flatMap((each) => nameOf(bodyOf('RangeVar', each)) ?? []);
    const existing = names.filter((name) => !tables.isNew(name));
    if (existing.length === 0) return [];
    return [
      {
        message: `empties ${existing.map(shown).join(', ')} and every table that references it`,
        remedy: 'Instead of CASCADE, name each table to empty.',
        table: existing[0],
      },
    ];
  },
};
