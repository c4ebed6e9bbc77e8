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
    harm: 'The running release still uses the old value: it can no longer write it, and does not know the new value that it reads.',
    setup:
      "CREATE TYPE order_state AS ENUM ('open', 'paid');\nALTER TABLE orders ADD COLUMN state order_state;\nINSERT INTO orders (id, state) SELECT n, 'open' FROM generate_series(1, 100) AS n;\n",
    example: "ALTER TYPE order_state RENAME VALUE 'open' TO 'placed';\n",
    rewrite: [
      {
        about: 'Add the new value, and deploy a release that understands both and writes the new one.',
        sql: "ALTER TYPE order_state ADD VALUE IF NOT EXISTS 'placed' AFTER 'open';\n",
      },
      {
        about: 'After that, update the rows in batches in a later migration. The old value stays in the type, unused.',
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
        message: `renames the value '${oldVal}' of the type ${stringsOf(typeName).join('.')}, which the running release still uses`,
        remedy: `Add the value '${newVal}', update the rows after the next release, and keep the old value.`,
      },
    ];
  },
};
