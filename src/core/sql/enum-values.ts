import type { Node } from '@pgsql/types';
import type { Statement } from './statements.js';

/**
 * True when a file adds a value to an enum and uses it further down: the value cannot be used before it is committed
 * (55P04). A type that the file itself creates is free of this.
 */
export function usesNewEnumValue(statements: readonly Statement[]): boolean {
  return statements.some(({ node }, i) => {
    if (!node || !('AlterEnumStmt' in node)) return false;
    const { newVal, typeName, oldVal } = node.AlterEnumStmt;
    if (newVal === undefined || oldVal !== undefined) return false; // a rename needs no commit
    const createdHere = statements.slice(0, i).some((earlier) => createsEnum(earlier.node, typeName));
    return !createdHere && statements.slice(i + 1).some((later) => mentionsString(later.node, newVal));
  });
}

function createsEnum(node: Node | undefined, typeName: readonly Node[] | undefined): boolean {
  return (
    node !== undefined &&
    'CreateEnumStmt' in node &&
    JSON.stringify(node.CreateEnumStmt.typeName) === JSON.stringify(typeName)
  );
}

/** Looks for a string constant anywhere in a syntax tree. Function bodies given as strings do not run here and do not count. */
function mentionsString(tree: unknown, value: string): boolean {
  if (Array.isArray(tree)) return tree.some((item) => mentionsString(item, value));
  if (tree === null || typeof tree !== 'object') return false;
  if ('A_Const' in tree) return (tree.A_Const as { sval?: { sval?: string } }).sval?.sval === value;
  return Object.values(tree).some((item) => mentionsString(item, value));
}
