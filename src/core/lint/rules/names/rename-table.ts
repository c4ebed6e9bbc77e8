import type { Rule, StatementContext } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { nameOf, shown, type RelationName } from '../../syntax/relation.js';

const RENAMED = new Set(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW']);

export const renameTable: Rule = {
  name: 'rename-table',
  severity: 'error',
  docs: {
    finds:
      'Renaming an existing table or view, or moving it to another schema, unless the same transaction creates a view with the old name.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until the transaction ends; the rename itself is quick.',
    harm: 'The running release still uses the old name. All its queries on the table fail from that moment until the last of its processes has been replaced.',
    example: 'ALTER TABLE orders RENAME TO purchases;\n',
    rewrite: [
      {
        about:
          'Create a view with the old name in the same transaction. The running release can read and write through it.',
        sql: 'ALTER TABLE orders RENAME TO purchases;\nCREATE VIEW orders AS SELECT * FROM purchases;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'Deploy a release that uses the new name. After that, drop the view in a later migration.',
        sql: 'DROP VIEW orders;\n',
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
    ],
    notes:
      '`INSERT … ON CONFLICT` and `COPY … FROM` work through such a view; `TRUNCATE`, `LOCK` of the table itself and new foreign keys need the new name.',
  },
  check: (context) => {
    const moved = movedRelation(context);
    if (!moved || context.tables.isNew(moved) || leavesView(context, moved)) return [];
    return [
      {
        message: `renames ${shown(moved)}, but the running release still uses the old name`,
        remedy: 'Create a view with the old name in the same transaction, and drop it after the next release.',
        table: moved,
      },
    ];
  },
};

function movedRelation({ node }: StatementContext): RelationName | undefined {
  const rename = bodyOf('RenameStmt', node);
  if (rename) return RENAMED.has(rename.renameType ?? '') ? nameOf(rename.relation) : undefined;
  const move = bodyOf('AlterObjectSchemaStmt', node);
  return move && RENAMED.has(move.objectType ?? '') ? nameOf(move.relation) : undefined;
}

function leavesView({ transaction, statement }: StatementContext, { schema, name }: RelationName): boolean {
  const later = transaction.statements.slice(transaction.statements.indexOf(statement) + 1);
  return later.some(({ node }) => {
    const view = nameOf(bodyOf('ViewStmt', node)?.view);
    return view?.name === name && view.schema === schema;
  });
}
