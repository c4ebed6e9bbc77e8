import type { AlterTableCmd, ColumnDef, Constraint, Node } from '@pgsql/types';
import { nameOf, type RelationName } from './relation.js';

/** One action of an `ALTER TABLE`. */
export interface TableAction {
  readonly table: RelationName;
  readonly command: AlterTableCmd;
}

/** The actions of a statement that alters a table; empty for every other statement. */
export function tableActions(node: Node): TableAction[] {
  if (!('AlterTableStmt' in node) || node.AlterTableStmt.objtype !== 'OBJECT_TABLE') return [];
  const table = nameOf(node.AlterTableStmt.relation);
  if (!table) return [];
  return (node.AlterTableStmt.cmds ?? []).flatMap((each) =>
    'AlterTableCmd' in each ? [{ table, command: each.AlterTableCmd }] : [],
  );
}

/** A constraint that is added to a table. */
export interface AddedConstraint {
  readonly table: RelationName;
  readonly constraint: Constraint;
  /** The column that is added with it; undefined for a table constraint. */
  readonly column: ColumnDef | undefined;
}

/** The constraints that a statement adds to a table, on their own or with a column. */
export function addedConstraints(node: Node): AddedConstraint[] {
  return tableActions(node).flatMap(({ table, command: { subtype, def } }): AddedConstraint[] => {
    if (subtype === 'AT_AddConstraint' && def && 'Constraint' in def)
      return [{ table, constraint: def.Constraint, column: undefined }];
    if (subtype !== 'AT_AddColumn' || !def || !('ColumnDef' in def)) return [];
    const column = def.ColumnDef;
    return constraintsOf(column).map((constraint) => ({ table, constraint, column }));
  });
}

/** The columns that a statement adds to a table. */
export function addedColumns(node: Node): { readonly table: RelationName; readonly column: ColumnDef }[] {
  return tableActions(node).flatMap(({ table, command: { subtype, def } }) =>
    subtype === 'AT_AddColumn' && def && 'ColumnDef' in def ? [{ table, column: def.ColumnDef }] : [],
  );
}

/** The constraints in the definition of a column. */
export function constraintsOf({ constraints = [] }: Pick<ColumnDef, 'constraints'>): Constraint[] {
  return constraints.flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
}

const REQUIRED = new Set(['CONSTR_NOTNULL', 'CONSTR_PRIMARY']);

/** True for a column that is defined as `NOT NULL`. */
export function isRequired(column: ColumnDef): boolean {
  return constraintsOf(column).some(({ contype = '' }) => REQUIRED.has(contype));
}

/** The default in a column definition; undefined if there is none, or it is NULL. */
export function defaultOf(column: ColumnDef): Node | undefined {
  const given = constraintsOf(column).find(({ contype }) => contype === 'CONSTR_DEFAULT')?.raw_expr;
  return given && isNull(given) ? undefined : given;
}

function isNull(node: Node): boolean {
  if ('TypeCast' in node) return node.TypeCast.arg !== undefined && isNull(node.TypeCast.arg);
  return 'A_Const' in node && node.A_Const.isnull === true;
}
