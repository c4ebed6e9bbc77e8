import type { AlterTableCmd, ColumnDef, Constraint, CreateStmt, Node, RenameStmt } from '@pgsql/types';
import { constraintsOf, isRequired, tableActions } from '../syntax/alter-table.js';
import { bodyOf, forKind, type ByKind } from '../syntax/node.js';
import { columnIn, nameInList, nameOf, stringIn, stringsOf, type RelationName } from '../syntax/relation.js';
import { typeOf } from '../syntax/types.js';
import type { KnownColumn, KnownTable, Tables } from './tables.js';

/** Applies the effects of a statement to what is known about the tables. */
export function observe(tables: Tables, node: Node): void {
  forKind(EFFECTS, node)?.(tables);
}

type Effect = (tables: Tables) => void;

const EFFECTS: ByKind<Effect> = {
  CreateStmt: (statement) => (tables) => createTable(tables, statement),
  CreateTableAsStmt:
    ({ into, if_not_exists }) =>
    (tables) =>
      create(tables, nameOf(into?.rel), if_not_exists),
  SelectStmt:
    ({ intoClause }) =>
    (tables) =>
      create(tables, nameOf(intoClause?.rel)),
  ViewStmt:
    ({ view, replace }) =>
    (tables) =>
      create(tables, nameOf(view), replace),
  IndexStmt:
    ({ idxname, relation }) =>
    (tables) => {
      const table = nameOf(relation);
      if (table && idxname !== undefined) tables.addIndex({ schema: table.schema, name: idxname }, table);
    },
  AlterTableStmt: (statement) => (tables) => {
    for (const { table, command } of tableActions({ AlterTableStmt: statement }))
      alter(tables.entry(table), table, command);
  },
  RenameStmt: (statement) => (tables) => rename(tables, statement),
  AlterObjectSchemaStmt:
    ({ relation, newschema }) =>
    (tables) => {
      const name = nameOf(relation);
      if (name) tables.move(name, { schema: newschema, name: name.name });
    },
  DropStmt:
    ({ objects = [] }) =>
    (tables) => {
      for (const name of objects.map(nameInList)) if (name) tables.drop(name);
    },
  VariableSetStmt:
    ({ name, args, kind }) =>
    (tables) => {
      if (name !== 'search_path') return;
      const [first] = args ?? [];
      tables.setSchema(kind === 'VAR_SET_VALUE' ? stringIn(first) : undefined);
    },
};

/** @param mayExist true to leave an existing relation as it is. */
function create(tables: Tables, name: RelationName | undefined, mayExist = false): KnownTable | undefined {
  return name && !(mayExist && tables.exists(name)) ? tables.create(name) : undefined;
}

function createTable(tables: Tables, statement: CreateStmt): void {
  const { relation, tableElts = [], inhRelations = [], constraints = [] } = statement;
  const table = create(tables, nameOf(relation), statement.if_not_exists);
  if (!table) return;
  const likes = tableElts.map((element) => bodyOf('TableLikeClause', element)?.relation);
  for (const parent of [...inhRelations.map((node) => bodyOf('RangeVar', node)), ...likes]) {
    const name = nameOf(parent);
    const columns = name && tables.find(name)?.columns;
    for (const [column, known] of columns ?? []) table.columns.set(column, known);
  }
  for (const element of [...tableElts, ...constraints]) {
    const column = bodyOf('ColumnDef', element);
    const constraint = bodyOf('Constraint', element);
    if (column) addColumn(table, column);
    if (constraint) addConstraint(table, constraint, '');
  }
}

function addColumn(table: KnownTable, column: ColumnDef): void {
  table.columns.set(column.colname ?? '', { type: typeOf(column.typeName), notNull: isRequired(column) });
  for (const constraint of constraintsOf(column)) addConstraint(table, constraint, column.colname ?? '');
}

/** @param column the column whose definition contains it. */
function addConstraint(table: KnownTable, constraint: Constraint, column: string): void {
  const { contype, conname, keys, raw_expr, skip_validation = false } = constraint;
  if (contype === 'CONSTR_PRIMARY') for (const key of stringsOf(keys)) setColumn(table, key, { notNull: true });
  if (contype === 'CONSTR_NOTNULL' && !skip_validation)
    for (const key of stringsOf(keys)) setColumn(table, key, { notNull: true });
  const checked = contype === 'CONSTR_CHECK' && raw_expr ? columnNotNull(raw_expr) : undefined;
  if (checked !== undefined)
    table.notNullChecks.set(conname ?? `${column} check`, { column: checked, isValid: !skip_validation });
}

/** The column of an expression `column IS NOT NULL`. */
function columnNotNull(expression: Node): string | undefined {
  const test = bodyOf('NullTest', expression);
  if (test?.nulltesttype !== 'IS_NOT_NULL') return undefined;
  return columnIn(test.arg);
}

function setColumn(table: KnownTable, name: string, change: Partial<KnownColumn>): void {
  const column = table.columns.get(name) ?? { type: undefined, notNull: false };
  table.columns.set(name, { ...column, ...change });
}

function alter(table: KnownTable, { name: tableName }: RelationName, { subtype, name = '', def }: AlterTableCmd): void {
  const column = bodyOf('ColumnDef', def);
  const constraint = bodyOf('Constraint', def);
  const check = table.notNullChecks.get(name);
  if (subtype === 'AT_AddColumn' && column) addColumn(table, column);
  if (subtype === 'AT_DropColumn') table.columns.delete(name);
  if (subtype === 'AT_AlterColumnType') setColumn(table, name, { type: typeOf(column?.typeName) });
  if (subtype === 'AT_SetNotNull') setColumn(table, name, { notNull: true });
  if (subtype === 'AT_DropNotNull') setColumn(table, name, { notNull: false });
  if (subtype === 'AT_AddConstraint' && constraint) addConstraint(table, constraint, tableName);
  if (subtype === 'AT_ValidateConstraint' && check) table.notNullChecks.set(name, { ...check, isValid: true });
  if (subtype === 'AT_DropConstraint') table.notNullChecks.delete(name);
}

function rename(tables: Tables, { renameType, relation, subname = '', newname = '' }: RenameStmt): void {
  const name = nameOf(relation);
  if (!name) return;
  const to = { schema: name.schema, name: newname };
  if (renameType === 'OBJECT_INDEX') {
    tables.addIndex(to, tables.tableOf(name));
  } else if (renameType === 'OBJECT_COLUMN') {
    const { columns } = tables.entry(name);
    const column = columns.get(subname);
    columns.delete(subname);
    if (column) columns.set(newname, column);
  } else if (renameType === 'OBJECT_TABLE' || renameType === 'OBJECT_VIEW' || renameType === 'OBJECT_MATVIEW') {
    tables.move(name, to);
  }
}
