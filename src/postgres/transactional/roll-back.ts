import { actingAs } from '../connection/acting-role.js';
import { CLEAN } from '../connection/reset.js';
import { record, type ExecutionContext } from '../execution/execution-context.js';

/** Ends a failed transaction and cleans the session. @throws MigrationError */
export function rollBack(context: ExecutionContext): Promise<void> {
  return record(context, 'rolling back', rollbackStatements(context));
}

/** @param records what to record afterwards. @default nothing */
export function rollbackStatements({ target }: ExecutionContext, records: readonly string[] = []): string[] {
  const asRole = records.length > 0 ? actingAs(target.role) : [];
  return ['ROLLBACK', ...CLEAN, ...asRole, ...records];
}
