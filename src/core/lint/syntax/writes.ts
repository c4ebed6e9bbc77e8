import type { DeleteStmt, Node, UpdateStmt, WithClause } from '@pgsql/types';
import { bodyOf, forKind, type ByKind } from './node.js';
import { nameOf, type RelationName } from './relation.js';

/** An UPDATE or DELETE. */
export interface Write {
  readonly verb: 'updates' | 'deletes';
  readonly table: RelationName;
  readonly condition: Node | undefined;
}

/** The updates and deletes of a statement, including those in its `WITH` clause. */
export function writesOf(node: Node): Write[] {
  const nested = (forKind(WITH, node)?.ctes ?? []).flatMap((each) => {
    const query = bodyOf('CommonTableExpr', each)?.ctequery;
    return query ? writesOf(query) : [];
  });
  const update = bodyOf('UpdateStmt', node);
  const remove = bodyOf('DeleteStmt', node);
  return [...nested, ...(update ? write('updates', update) : []), ...(remove ? write('deletes', remove) : [])];
}

const WITH: ByKind<WithClause | undefined> = {
  SelectStmt: ({ withClause }) => withClause,
  InsertStmt: ({ withClause }) => withClause,
  UpdateStmt: ({ withClause }) => withClause,
  DeleteStmt: ({ withClause }) => withClause,
  MergeStmt: ({ withClause }) => withClause,
};

function write(verb: Write['verb'], { relation, whereClause }: UpdateStmt | DeleteStmt): Write[] {
  const table = nameOf(relation);
  return table ? [{ verb, table, condition: whereClause }] : [];
}
