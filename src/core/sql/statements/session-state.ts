import type { FuncCall, Node, RangeVar } from '@pgsql/types';
import { wordsOfBlock } from './autocommit.js';
import type { ParsedStatement } from './statements.js';
import type { Step } from './steps.js';
import { partsOf } from './syntax-tree.js';
import { setsTransaction } from './transaction-control.js';

/** What a statement leaves in its session for later statements. */
export interface SessionState {
  readonly kind:
    'setting' | 'library' | 'temporary relation' | 'prepared statement' | 'cursor' | 'listener' | 'advisory lock';
  /** Its name; undefined if it has none, or for a setting. */
  readonly name: string | undefined;
  /** True when the statement can simply run again in a new session. */
  readonly repeatable: boolean;
}

/** What a statement leaves in its session after its transaction; undefined if nothing. */
export function stateLeftBy(statement: ParsedStatement): SessionState | undefined {
  const { node } = statement;
  if (!node) return undefined;
  const left = (kind: SessionState['kind'], name?: string, repeatable = false) => ({ kind, name, repeatable });
  const relation = temporaryRelation(node);
  if (relation) return left('temporary relation', relation.relname);
  if ('PrepareStmt' in node) return left('prepared statement', node.PrepareStmt.name);
  if ('DeclareCursorStmt' in node)
    return ((node.DeclareCursorStmt.options ?? 0) & CURSOR_OPT_HOLD) === 0
      ? undefined
      : left('cursor', node.DeclareCursorStmt.portalname);
  if ('ListenStmt' in node) return left('listener', node.ListenStmt.conditionname);
  if ('LoadStmt' in node) return left('library', node.LoadStmt.filename, true);
  if (locksSession(statement)) return left('advisory lock');
  if ('VariableSetStmt' in node)
    return node.VariableSetStmt.is_local || setsTransaction(statement) ? undefined : left('setting', undefined, true);
  return callsNow(statement, /^set_config$/) ? left('setting', undefined, setsByConstants(node)) : undefined;
}

/** `WITH HOLD`, in PostgreSQL's `parsenodes.h`. */
const CURSOR_OPT_HOLD = 0x0020;

/**
 * The first step that leaves session state for later steps. Behind a transaction-mode pooler the next step may run in
 * another session, and a lock would stay with the pooler's connection and its next client, even after the last step.
 */
export function firstSessionStep(steps: readonly Step[]): Step | undefined {
  return steps.find((step, i) =>
    step.statements.some((each) => locksSession(each) || (i < steps.length - 1 && stateLeftBy(each) !== undefined)),
  );
}

/** True when a statement takes a session-level advisory lock and releases none. */
export function locksSession(statement: ParsedStatement): boolean {
  return callsNow(statement, LOCKING) && !callsNow(statement, UNLOCKING);
}

/** True when a statement releases a session-level advisory lock and takes none. */
export function unlocksSession(statement: ParsedStatement): boolean {
  return callsNow(statement, UNLOCKING) && !callsNow(statement, LOCKING);
}

const LOCKING = /^pg_(?:try_)?advisory_lock(?:_shared)?$/;
const UNLOCKING = /^pg_advisory_unlock(?:_shared|_all)?$/;

/** True when a statement calls a function with such a name, rather than defining something that will. */
export function callsNow({ node }: ParsedStatement, name: RegExp): boolean {
  if (!node || DEFINITIONS.some((kind) => kind in node)) return false;
  return partsOf(node).some((part) => isCallOf(part, name)) || wordsOfBlock(node).some((word) => name.test(word));
}

const DEFINITIONS = [
  'ViewStmt',
  'CreateFunctionStmt',
  'RuleStmt',
  'CreatePolicyStmt',
  'AlterPolicyStmt',
  'CreateTrigStmt',
  'CreateStmt',
] as const;

/** A query that only calls `set_config`, with values that are the same whenever it runs. */
function setsByConstants(node: Node): boolean {
  if (!('SelectStmt' in node)) return false;
  const { targetList = [], fromClause, intoClause } = node.SelectStmt;
  return (
    targetList.length > 0 &&
    !fromClause &&
    !intoClause &&
    targetList.every((target) => 'ResTarget' in target && isCallOf(target.ResTarget.val, /^set_config$/)) &&
    !partsOf(node).some((part) => 'SubLink' in part || isCallOf(part, /^(?!set_config$|current_setting$)/))
  );
}

function temporaryRelation(node: Node): RangeVar | undefined {
  let relation: RangeVar | undefined;
  let onCommit: string | undefined;
  if ('CreateStmt' in node) ({ relation, oncommit: onCommit } = node.CreateStmt);
  if ('CreateTableAsStmt' in node) ({ rel: relation, onCommit } = node.CreateTableAsStmt.into ?? {});
  if ('SelectStmt' in node) relation = node.SelectStmt.intoClause?.rel;
  if ('CreateSeqStmt' in node) relation = node.CreateSeqStmt.sequence;
  if ('ViewStmt' in node) relation = node.ViewStmt.view;
  if (onCommit === 'ONCOMMIT_DROP') return undefined;
  return relation?.relpersistence === 't' || relation?.schemaname === 'pg_temp' ? relation : undefined;
}

/** True for a call of a function with such a name, in any schema. */
function isCallOf(part: object | undefined, name: RegExp): boolean {
  if (!part || !('FuncCall' in part)) return false;
  const last = (part.FuncCall as FuncCall).funcname?.at(-1);
  return last !== undefined && 'String' in last && name.test(last.String.sval ?? '');
}
