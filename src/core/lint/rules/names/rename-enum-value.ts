import { batched } from '../../model/batched.js';
import type { Rule } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { stringsOf } from '../../syntax/relation.js';

export const renameEnumValue: Rule = {
  name: 'rename-enum-value',
  severity: 'error',
  docs: {
    finds: '`ALTER TYPE … RENAME VALUE`.',
    locks: [],
    duration: 'No table is locked.',
    harm: 'The release that is running still reads and writes the old value: it fails to write it, and does not know the new one.',
    setup:
      "CREATE TYPE order_state AS ENUM ('open', 'paid');\nALTER TABLE orders ADD COLUMN state order_state;\nINSERT INTO orders (id, state) SELECT n, 'open' FROM generate_series(1, 100) AS n;\n",
    example: "ALTER TYPE order_state RENAME VALUE 'open' TO 'placed';\n",
    rewrite: [
      {
        about: 'Add the new value, and release an application that understands both and writes the new one.',
        sql: "ALTER TYPE order_state ADD VALUE IF NOT EXISTS 'placed' AFTER 'open';\n",
      },
      {
        about:
          'After that, a later migration changes the rows in batches. The old value stays in the type: nothing uses it.',
        sql: batched(`UPDATE orders SET state = 'placed'
     WHERE id IN (SELECT id FROM orders WHERE state = 'open' LIMIT 5000);`),
      },
    ],
    notes: 'PostgreSQL cannot drop a value of an enum type.',
  },
  check: ({ node }) => {
    const { typeName, oldVal, newVal } = bodyOf('AlterEnumStmt', node) ?? {};
    if (oldVal === undefined) return [];
    return [
      {
        message: `renames the value '${oldVal}' of the type ${stringsOf(typeName).join('.')}, which the release that is running still uses`,
        remedy: `Add the value '${newVal}', change the rows after the next release, and leave the old value.`,
      },
    ];
  },
};
