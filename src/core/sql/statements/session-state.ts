import type { FuncCall } from '@pgsql/types';
import type { Statement } from './statements.js';
import type { Step } from './steps.js';

/**
 * The first step that leaves something in its session for the steps behind it: a setting, a temporary table, a prepared
 * statement, a lock. Behind a pooler in transaction mode the next step finds another session.
 */
export function firstSessionStep(steps: readonly Step[]): Step | undefined {
  return steps.find((step, i) =>
    step.statements.some(
      (statement) => locksSession(statement) || (i < steps.length - 1 && leavesSomething(statement)),
    ),
  );
}

/** True when a statement takes an advisory lock that outlives its transaction. One that only defines what will, does not. */
export function locksSession({ node }: Statement): boolean {
  return node !== undefined && !DEFINITIONS.some((kind) => kind in node) && calls(node, LOCKING);
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

/** Their locks would stay with the pooler's connection, whoever uses it next: behind the last step too. */
const LOCKING = /^pg_(?:try_)?advisory_lock(?:_shared)?$/;

function leavesSomething({ node }: Statement): boolean {
  if (!node) return false;
  if ('VariableSetStmt' in node) return !node.VariableSetStmt.is_local && node.VariableSetStmt.kind !== 'VAR_SET_MULTI';
  if ('CreateStmt' in node) return node.CreateStmt.relation?.relpersistence === 't';
  if ('CreateTableAsStmt' in node) return node.CreateTableAsStmt.into?.rel?.relpersistence === 't';
  if ('DeclareCursorStmt' in node) return ((node.DeclareCursorStmt.options ?? 0) & CURSOR_OPT_HOLD) !== 0;
  return 'PrepareStmt' in node || 'ListenStmt' in node || 'LoadStmt' in node || calls(node, /^set_config$/);
}

/** `WITH HOLD`, in PostgreSQL's `parsenodes.h`. */
const CURSOR_OPT_HOLD = 0x0020;

/** True when a function of such a name is called anywhere in a syntax tree. */
function calls(tree: unknown, name: RegExp): boolean {
  if (Array.isArray(tree)) return tree.some((item) => calls(item, name));
  if (tree === null || typeof tree !== 'object') return false;
  if ('FuncCall' in tree) {
    const last = (tree.FuncCall as FuncCall).funcname?.at(-1);
    if (last && 'String' in last && name.test(last.String.sval ?? '')) return true;
  }
  return Object.values(tree).some((item) => calls(item, name));
}
