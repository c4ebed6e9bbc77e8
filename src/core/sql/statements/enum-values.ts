import type { CreateFunctionStmt, Node } from '@pgsql/types';
import { quoteLiteral } from '../text/quote.js';
import { tokensOf } from '../text/lexer.js';
import type { ParsedStatement } from './statements.js';
import { partsOf } from './syntax-tree.js';

/**
 * True when a file adds a value to an enum and uses it later: a new value cannot be used before it is committed
 * (55P04). From PostgreSQL 17 on this does not apply to a type that the file itself creates.
 */
export function usesNewEnumValue(statements: readonly ParsedStatement[]): boolean {
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

/** Searches a syntax tree for a string constant, and the bodies that PostgreSQL parses immediately. */
function mentionsString(tree: unknown, value: string): boolean {
  return partsOf(tree).some((part) => {
    if ('A_Const' in part) return (part.A_Const as { sval?: { sval?: string } }).sval?.sval === value;
    const parsedNow =
      'DoStmt' in part || ('CreateFunctionStmt' in part && isSql(part.CreateFunctionStmt as CreateFunctionStmt));
    return parsedNow && bodiesOf(part).some((body) => tokensOf(body, 'string').includes(quoteLiteral(value)));
  });
}

/** PostgreSQL checks the body of an SQL function when it is created; bodies in other languages only when they run. */
function isSql({ options }: CreateFunctionStmt): boolean {
  return (options ?? []).some((node) => {
    if (!('DefElem' in node) || node.DefElem.defname !== 'language') return false;
    const { arg } = node.DefElem;
    return arg !== undefined && 'String' in arg && arg.String.sval?.toLowerCase() === 'sql';
  });
}

function bodiesOf(tree: object): string[] {
  return partsOf(tree).map((part) => ('String' in part ? ((part.String as { sval?: string }).sval ?? '') : ''));
}
