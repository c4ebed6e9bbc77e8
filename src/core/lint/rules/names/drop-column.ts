import type { Rule } from '../../model/rule.js';
import { tableActions } from '../../syntax/alter-table.js';
import { shown } from '../../syntax/relation.js';

export const dropColumn: Rule = {
  name: 'drop-column',
  severity: 'warning',
  docs: {
    finds: '`DROP COLUMN` of a table that exists before the run.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until the transaction ends; dropping itself is quick.',
    harm: 'Queries of the release that is running fail if they name the column, and those of many ORMs name all columns that they know. The data is gone.',
    example: 'ALTER TABLE orders DROP COLUMN status;\n',
    rewrite: [
      {
        about:
          'Release an application that neither reads nor writes the column. If it is `NOT NULL` without a default, allow NULL first, so that this release can insert rows.',
        sql: 'ALTER TABLE orders ALTER COLUMN status DROP NOT NULL;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'Once no older release is running, drop it in a later migration, and say so.',
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
              message: `drops the column ${name} of ${shown(table)}, which the release that is running may still use`,
              remedy:
                'Drop it once no running release uses it, and say so: "-- allow: drop-column because …" before the statement.',
              table,
            },
          ],
    ),
};
