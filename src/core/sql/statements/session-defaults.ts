import type { ParsedStatement } from './statements.js';

/**
 * True for `ALTER ROLE … SET` and `ALTER DATABASE … SET`, which only take effect in new sessions: later migrations need
 * a new connection, as they would have if each file were run by its own `psql`.
 */
export function changesSessionDefaults({ node }: ParsedStatement): boolean {
  return node !== undefined && ('AlterRoleSetStmt' in node || 'AlterDatabaseSetStmt' in node);
}
