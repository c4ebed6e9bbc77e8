import type { Rule } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { nameInList, shown } from '../../syntax/relation.js';

export const dropTable: Rule = {
  name: 'drop-table',
  severity: 'warning',
  docs: {
    finds: '`DROP TABLE` of an existing table.',
    locks: [
      { mode: 'ACCESS EXCLUSIVE', on: 'orders' },
      { mode: 'ACCESS EXCLUSIVE', on: 'customers' },
    ],
    duration:
      'Until the transaction ends. In the example, `orders` has a foreign key to `customers`, which is locked too.',
    harm: 'Queries of the running release fail if they use the table. The data is lost. The lock on a referenced table also blocks all reads of that table.',
    setup: 'ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers;\n',
    example: 'DROP TABLE orders;\n',
    rewrite: [
      {
        about:
          'Deploy a release that does not use the table. First drop its foreign keys, each in a separate file, so that the locks on other tables are held only briefly.',
        sql: 'ALTER TABLE orders DROP CONSTRAINT orders_customer_fk;\n',
        locks: [
          { mode: 'ACCESS EXCLUSIVE', on: 'orders' },
          { mode: 'ACCESS EXCLUSIVE', on: 'customers' },
        ],
      },
      {
        about: 'Once no older release is running, drop it in a later migration, with a comment that says so.',
        sql: '-- allow: drop-table because no release since 2.3 uses it\nDROP TABLE orders;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
    ],
  },
  check: ({ node, tables, serverVersion }) => {
    const drop = bodyOf('DropStmt', node);
    if (drop?.removeType !== 'OBJECT_TABLE') return [];
    return (drop.objects ?? []).flatMap((object) => {
      const table = nameInList(object);
      const isAbsent = table && drop.missing_ok && serverVersion !== undefined && !tables.exists(table);
      if (!table || isAbsent || tables.isNew(table)) return [];
      return [
        {
          message: `drops the table ${shown(table)}, which the running release may still use`,
          remedy:
            'Drop it once no running release uses it, and say so: "-- allow: drop-table because …" before the statement.',
          table,
        },
      ];
    });
  },
};
