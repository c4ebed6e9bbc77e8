import { LockTimeoutError } from '../../core/errors/lock-errors.js';
import { RefusedError } from '../../core/errors/input-errors.js';
import type { Target } from '../../core/target/target.js';
import { schemaTaken } from '../../core/tenants/standing.js';
import { actingAs } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript, type Row } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';
import { lockKeySql, schemaLockPlace, type LockPlace } from '../lock/lock.js';
import { cancelWhenAborted } from '../supervision/cancel.js';

/** How long statements of a transaction may wait, and what ends it. */
export interface TransactionSettings {
  /** `lock_timeout`, in ms; 0 means no limit. */
  readonly tableLockTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** Runs statements; the result is the rows of each one that returns any. @throws MigrationError */
export type RunStatements = (what: string, statements: readonly string[]) => Promise<readonly (readonly Row[])[]>;

/**
 * Runs work in one transaction, as the role of the target, under its lock and that of its schema.
 *
 * @throws LockTimeoutError if another process is migrating the tenant; RefusedError if a new tenant is being set up in its
 *   schema; MigrationError, after a rollback
 */
export async function inTenantTransaction<T>(
  connection: PgConnection,
  target: Target,
  { tableLockTimeoutMs, signal }: TransactionSettings,
  work: (run: RunStatements) => Promise<T>,
): Promise<T> {
  const { table, tenant } = target;
  const schemaLock = tenant ? tryLock(schemaLockPlace(table, tenant.schema)) : 'true';
  const run: RunStatements = async (what, statements) => {
    const { results, error } = await connection.queryAll(asScript(statements));
    if (error) throw queryError(what, error);
    return results;
  };
  const stopCancelling = cancelWhenAborted(connection, signal);
  try {
    const [[lock] = []] = await run('taking the migration lock', [
      'BEGIN',
      `SET LOCAL lock_timeout = ${tableLockTimeoutMs}`,
      ...actingAs(target.role),
      `SELECT ${tryLock({ ...table, tenant: tenant?.name })} AS own, ${schemaLock} AS of_schema`,
    ]);
    if (lock?.['own'] !== 't') throw new LockTimeoutError(0, undefined, target.name);
    if (tenant && lock['of_schema'] !== 't') throw new RefusedError([schemaTaken(tenant.name, tenant.schema)]);
    const result = await work(run);
    stopCancelling();
    const { error } = await connection.record('COMMIT');
    if (error) throw queryError('committing', error);
    return result;
  } catch (error) {
    await connection.record('ROLLBACK');
    throw error;
  } finally {
    stopCancelling();
  }
}

function tryLock(place: LockPlace): string {
  return `pg_catalog.pg_try_advisory_xact_lock(${lockKeySql(place)})`;
}
