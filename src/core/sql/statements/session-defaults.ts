import type { Statement } from './statements.js';

/**
 * True for `ALTER ROLE … SET` and `ALTER DATABASE … SET`, which new sessions only see: the migrations behind them want another
 * connection, as each has one where `psql` runs one file after the other.
 */
export function changesSessionDefaults({ node }: Statement): boolean {
  return node !== undefined && ('AlterRoleSetStmt' in node || 'AlterDatabaseSetStmt' in node);
}
