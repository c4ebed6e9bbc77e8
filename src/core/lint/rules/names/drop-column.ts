import type { Rule } from '../../model/rule.js';
import { tableActions } from '../../syntax/alter-table.js';
import { shown } from '../../syntax/relation.js';

export const dropColumn: Rule = {
  name: 'drop-column',
  severity: 'warning',
  docs: {
    finds: '`DROP COLUMN` on an existing table.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until the transaction ends; the drop itself is quick.',
    harm: 'Queries of the running release fail if they name the column, and many ORMs name every column that they know. The data is lost.',
    example: 'ALTER TABLE orders DROP COLUMN status;\n',
    rewrite: [
      {
        about:
          'Deploy a release that neither reads nor writes the column. If it is `NOT NULL` without a default, allow NULL first, so that this release can insert rows.',
        sql: 'ALTER TABLE orders ALTER COLUMN status DROP NOT NULL;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'Once no older release is running, drop it in a later migration, with a comment that says so.',
        sql: '-- allow: drop-column because no release since 2.3 reads or writes it\nALTER TABLE orders DROP COLUMN status;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
    ],
  },
  check: ({ node, tables }) =>
    tableActions(node).flatMap(({ table, command: { subtype, name } }) =>
      subtype !== 'AT_DropColumn' || tables.isNew(table)
        ? []
        : [
            {
              message: `drops the column ${name} of ${shown(table)}, which the running release may still use`,
              remedy:
                'Drop it once no running release uses it, and say so: "-- allow: drop-column because …" before the statement.',
              table,
            },
          ],
    ),
};
