import type { StatementContext } from './rule.js';

/** How to run a statement concurrently with this library. */
export function concurrently(statement: string, { program }: StatementContext): string {
  return program.kind === 'non-transactional'
    ? `Use ${statement}, outside a transaction block.`
    : `Use ${statement} in a separate file, without BEGIN: such a file runs statement by statement, not in a transaction.`;
}
