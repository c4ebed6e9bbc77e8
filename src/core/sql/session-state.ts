import type { Node } from '@pgsql/types';
import type { Step } from './steps.js';

/**
 * The first step that leaves something in its session for the steps behind it: a setting, a temporary table, a prepared
 * statement. Behind a pooler in transaction mode the next step finds another session.
 */
export function firstSessionStep(steps: readonly Step[]): Step | undefined {
  return steps
    .slice(0, -1)
    .find((step) => step.statements.some(({ node }) => node !== undefined && leavesSomething(node)));
}

function leavesSomething(node: Node): boolean {
  if ('VariableSetStmt' in node) return !node.VariableSetStmt.is_local && node.VariableSetStmt.kind !== 'VAR_SET_MULTI';
  if ('CreateStmt' in node) return node.CreateStmt.relation?.relpersistence === 't';
  if ('CreateTableAsStmt' in node) return node.CreateTableAsStmt.into?.rel?.relpersistence === 't';
  return 'PrepareStmt' in node || 'ListenStmt' in node;
}
