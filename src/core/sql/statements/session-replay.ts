import type { Node } from '@pgsql/types';
import { callsNow, stateLeftBy, unlocksSession, type SessionState } from './session-state.js';
import type { ParsedStatement } from './statements.js';
import type { Step } from './steps.js';
import { chains, transactionControl } from './transaction-control.js';

/**
 * The statements that restore the session of a file's finished steps: `SET …` and `SELECT set_config(…)` with constant
 * values, from the last `RESET ALL` on and after the last `DISCARD ALL`, and every `LOAD`, which neither undoes.
 *
 * @param sql the text to which the offsets of the steps refer.
 */
export function sessionReplay(sql: string, finished: readonly Step[]): readonly string[] {
  const statements = lastingStatements(finished);
  const reset = statements.findLastIndex(({ node }) => isResetAll(node));
  const discard = statements.findLastIndex(({ node }) => discards(node, 'DISCARD_ALL'));
  const from = Math.max(reset, discard + 1);
  return statements
    .filter((statement, i) => {
      const left = stateLeftBy(statement);
      return left?.repeatable === true && (i >= from || left.kind === 'library');
    })
    .map(({ start, end }) => sql.slice(start, end));
}

/** Session state that ended with its session. */
interface SessionLoss extends SessionState {
  /** The statement that created it. */
  readonly statement: ParsedStatement;
}

/**
 * The session state that the finished steps of a file created and that cannot be restored in a new session without
 * running them again. Later steps may need it.
 */
export function sessionLosses(finished: readonly Step[]): readonly SessionLoss[] {
  let losses: SessionLoss[] = [];
  for (const statement of lastingStatements(finished)) {
    const left = stateLeftBy(statement);
    losses = losses.filter((loss) => !ends(statement, loss));
    if (left?.repeatable === false) losses.push({ ...left, statement });
    else if (unlocksSession(statement)) {
      const last = losses.findLastIndex(({ kind }) => kind === 'advisory lock');
      losses = losses.filter((_, i) => i !== last);
    }
  }
  return losses;
}

/** Leaves out groups that do not end in a plain COMMIT: what they set may be rolled back. */
function lastingStatements(steps: readonly Step[]): readonly ParsedStatement[] {
  return steps.filter((step) => !mayBeRolledBack(step)).flatMap((step) => step.statements);
}

function mayBeRolledBack({ kind, statements }: Step): boolean {
  const last = statements.at(-1);
  if (kind !== 'autocommit' || statements.length < 2 || !last) return false;
  return transactionControl(last) !== 'commit' || statements.some(chains);
}

function isResetAll(node: Node | undefined): boolean {
  return node !== undefined && 'VariableSetStmt' in node && node.VariableSetStmt.kind === 'VAR_RESET_ALL';
}

function discards(node: Node | undefined, ...targets: readonly string[]): boolean {
  return node !== undefined && 'DiscardStmt' in node && targets.includes(node.DiscardStmt.target ?? '');
}

/** True when a statement removes what an earlier one created. */
function ends(statement: ParsedStatement, { kind, name }: SessionState): boolean {
  const { node } = statement;
  if (!node) return false;
  if (discards(node, 'DISCARD_ALL')) return true;
  switch (kind) {
    case 'temporary relation':
      return discards(node, 'DISCARD_TEMP') || ('DropStmt' in node && dropped(node.DropStmt.objects).includes(name));
    case 'prepared statement':
      return 'DeallocateStmt' in node && [undefined, name].includes(node.DeallocateStmt.name);
    case 'cursor':
      return 'ClosePortalStmt' in node && [undefined, name].includes(node.ClosePortalStmt.portalname);
    case 'listener':
      return 'UnlistenStmt' in node && [undefined, name].includes(node.UnlistenStmt.conditionname);
    case 'advisory lock':
      return callsNow(statement, /^pg_advisory_unlock_all$/);
    case 'setting':
      return isResetAll(node);
    case 'library':
      return false;
  }
}

function dropped(objects: readonly Node[] | undefined): (string | undefined)[] {
  return (objects ?? []).map((object) => {
    const last = 'List' in object ? object.List.items?.at(-1) : object;
    return last && 'String' in last ? last.String.sval : undefined;
  });
}
