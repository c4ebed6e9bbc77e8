import type { CreateFunctionStmt, Node } from '@pgsql/types';
import { quoteLiteral } from '../text/quote.js';
import { tokensOf } from '../text/lexer.js';
import type { Statement } from './statements.js';

/**
 * True when a file adds a value to an enum and uses it further down: the value cannot be used before it is committed
 * (55P04). A type that the file itself creates is free of this from PostgreSQL 17 on.
 */
export function usesNewEnumValue(statements: readonly Statement[]): boolean {
  return usesAddedValue(statements, false);
}

/** The same, for servers before 17: though the file itself creates the type. */
export function usesNewValueOfOwnEnum(statements: readonly Statement[]): boolean {
  return usesAddedValue(statements, true);
}

function usesAddedValue(statements: readonly Statement[], ofOwnType: boolean): boolean {
  return statements.some(({ node }, i) => {
    if (!node || !('AlterEnumStmt' in node)) return false;
    const { newVal, typeName, oldVal } = node.AlterEnumStmt;
    if (newVal === undefined || oldVal !== undefined) return false; // a rename needs no commit
    const createdHere = statements.slice(0, i).some((earlier) => createsEnum(earlier.node, typeName));
    return createdHere === ofOwnType && statements.slice(i + 1).some((later) => mentionsString(later.node, newVal));
  });
}

function createsEnum(node: Node | undefined, typeName: readonly Node[] | undefined): boolean {
  return (
    node !== undefined &&
    'CreateEnumStmt' in node &&
    JSON.stringify(node.CreateEnumStmt.typeName) === JSON.stringify(typeName)
  );
}

/** Looks for a string constant anywhere in a syntax tree, and in the bodies that PostgreSQL reads at once. */
function mentionsString(tree: unknown, value: string): boolean {
  if (Array.isArray(tree)) return tree.some((item) => mentionsString(item, value));
  if (tree === null || typeof tree !== 'object') return false;
  if ('A_Const' in tree) return (tree.A_Const as { sval?: { sval?: string } }).sval?.sval === value;
  const readAtOnce =
    'DoStmt' in tree || ('CreateFunctionStmt' in tree && isInSql(tree.CreateFunctionStmt as CreateFunctionStmt));
  if (readAtOnce && bodiesOf(tree).some((body) => tokensOf(body, 'string').includes(quoteLiteral(value)))) return true;
  return Object.values(tree).some((item) => mentionsString(item, value));
}

/** PostgreSQL checks the body of a function in SQL when it is made; those of other languages only when they run. */
function isInSql({ options }: CreateFunctionStmt): boolean {
  return (options ?? []).some((node) => {
    if (!('DefElem' in node) || node.DefElem.defname !== 'language') return false;
    const { arg } = node.DefElem;
    return arg !== undefined && 'String' in arg && arg.String.sval?.toLowerCase() === 'sql';
  });
}

function bodiesOf(tree: unknown): string[] {
  if (tree === null || typeof tree !== 'object') return [];
  if ('String' in tree) return [(tree.String as { sval?: string }).sval ?? ''];
  return Object.values(tree).flatMap(bodiesOf);
}
