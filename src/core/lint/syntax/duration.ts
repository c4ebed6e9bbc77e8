import type { Node } from '@pgsql/types';
import { tableActions } from './alter-table.js';
import { forKind, type ByKind } from './node.js';

/** True for statements that may take long because they read or write rows, regardless of what they wait for. */
export function mayTakeLong(node: Node): boolean {
  return forKind(READS_ROWS, node) ?? false;
}

const always = (): boolean => true;

const READS_ROWS: ByKind<boolean> = {
  UpdateStmt: always,
  DeleteStmt: always,
  MergeStmt: always,
  CopyStmt: always,
  DoStmt: always,
  CallStmt: always,
  ReindexStmt: always,
  ClusterStmt: always,
  IndexStmt: always,
  ExecuteStmt: always,
  // Inserting a list of values is quick.
  InsertStmt: ({ selectStmt }) =>
    selectStmt !== undefined && 'SelectStmt' in selectStmt && !selectStmt.SelectStmt.valuesLists,
  SelectStmt: ({ fromClause = [] }) => fromClause.length > 0,
  CreateTableAsStmt: ({ into }) => into?.skipData !== true,
  RefreshMatViewStmt: ({ skipData }) => skipData !== true,
  AlterTableStmt: (statement) =>
    tableActions({ AlterTableStmt: statement }).some(({ command }) => command.subtype === 'AT_ValidateConstraint'),
};
