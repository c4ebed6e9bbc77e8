import type { ColumnDef, CreateStmt, IndexStmt, Node } from '@pgsql/types';
import { tableActions } from '../lint/syntax/alter-table.js';
import { forKind, type ByKind } from '../lint/syntax/node.js';
import { nameOf, shown, type RelationName } from '../lint/syntax/relation.js';
import { indexShape } from '../sql/statements/index-shape.js';

/** A relation or a column that a statement creates. */
export interface Creation {
  readonly relation: RelationName;
  /** The column that the statement adds to the relation. */
  readonly column: string | undefined;
  /** The columns that the statement describes. */
  readonly columns: readonly ColumnDef[];
  /** True if the relation has no other columns than these. */
  readonly isComplete: boolean;
  readonly index: { readonly table: RelationName | undefined; readonly shape: string } | undefined;
  /** True for `IF NOT EXISTS`. */
  readonly mayExist: boolean;
  /** For messages: `table shared.orders`. */
  readonly label: string;
}

/**
 * The relations and columns that a statement creates. Schemas and extensions are not included: if they already exist,
 * skipping their statement loses nothing.
 */
export function creationsOf(node: Node | undefined): readonly Creation[] {
  if (!node) return [];
  const [created] = [forKind(CREATING, node)].filter((each) => each !== undefined);
  return created ? [created] : addedColumns(node);
}

function creation(
  kind: string,
  relation: RelationName | undefined,
  mayExist: boolean | undefined,
  more: Partial<Creation> = {},
): Creation | undefined {
  if (!relation) return undefined;
  const label = `${kind} ${shown(relation)}`;
  const nothing = { column: undefined, columns: [], isComplete: false, index: undefined };
  return { ...nothing, relation, mayExist: mayExist === true, label, ...more };
}

const CREATING: ByKind<Creation | undefined> = {
  CreateStmt: (statement) =>
    creation('table', nameOf(statement.relation), statement.if_not_exists, {
      columns: columnsOf(statement.tableElts),
      isComplete: describesAll(statement),
    }),
  CreateTableAsStmt: ({ into, objtype, if_not_exists }) =>
    creation(objtype === 'OBJECT_MATVIEW' ? 'materialized view' : 'table', nameOf(into?.rel), if_not_exists),
  CreateSeqStmt: ({ sequence, if_not_exists }) => creation('sequence', nameOf(sequence), if_not_exists),
  ViewStmt: ({ view }) => creation('view', nameOf(view), false),
  IndexStmt: (statement) =>
    creation('index', indexName(statement), statement.if_not_exists, { index: indexOf(statement) }),
};

/** An index is in the schema of its table. */
function indexName({ idxname, relation }: IndexStmt): RelationName | undefined {
  return idxname === undefined ? undefined : { schema: nameOf(relation)?.schema, name: idxname };
}

function indexOf(statement: IndexStmt): Creation['index'] {
  return { table: nameOf(statement.relation), shape: indexShape(statement) };
}

function columnsOf(elements: readonly Node[] = []): ColumnDef[] {
  return elements.flatMap((each) => ('ColumnDef' in each ? [each.ColumnDef] : []));
}

/** False if columns come from another table or type. */
function describesAll({ tableElts = [], inhRelations = [], ofTypename, partbound }: CreateStmt): boolean {
  const isLike = tableElts.some((each) => 'TableLikeClause' in each);
  return !isLike && inhRelations.length === 0 && !ofTypename && !partbound;
}

function addedColumns(node: Node): Creation[] {
  return tableActions(node).flatMap(({ table, command: { subtype, def, missing_ok } }) => {
    if (subtype !== 'AT_AddColumn' || !def || !('ColumnDef' in def)) return [];
    const column = def.ColumnDef.colname ?? '';
    const label = `column ${shown(table)}.${column}`;
    const added = creation('column', table, missing_ok, { column, columns: [def.ColumnDef], label });
    return added ? [added] : [];
  });
}

/** True if both names may mean the same relation. A name without a schema may be in any schema. */
export function mayBeSame(one: RelationName, other: RelationName): boolean {
  const isSameSchema = one.schema === other.schema || one.schema === undefined || other.schema === undefined;
  return one.name === other.name && isSameSchema;
}

/** True if both may create the same object. */
export function createsSame(one: Creation, other: Creation): boolean {
  if (!mayBeSame(one.relation, other.relation)) return false;
  if (one.column === undefined) return other.column === undefined;
  return other.columns.some(({ colname }) => colname === one.column);
}
