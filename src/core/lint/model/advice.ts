import type { StatementContext } from './rule.js';

/** How to run something concurrently, in the terms of this runner. */
export function concurrently(statement: string, { program }: StatementContext): string {
  return program.kind === 'non-transactional'
    ? `Use ${statement}, outside a transaction block.`
    : `Use ${statement} in a file of its own, without BEGIN: such a file runs statement by statement, not in a transaction.`;
}
