import { DatabaseConnectionError, isUnanswered } from '../../../core/errors/database-errors.js';
import type { TenantMigrator } from '../../../fleet/record-of.js';
import type { FailedTenant } from '../../render/tenants/failed-tenants.js';

/** What was done for a tenant. */
export interface DoneTenant<T> extends TenantMigrator {
  readonly result: T;
}

/** What became of each tenant. */
export interface TenantResults<T> {
  readonly done: readonly DoneTenant<T>[];
  readonly failed: readonly FailedTenant[];
  /** Those that had not been reached when the signal was given. */
  readonly notReached: readonly string[];
}

/**
 * Does something for one tenant after another. One that fails does not keep the others from their turn, and a server
 * that cannot be reached is not asked again for the other tenants of that database.
 *
 * @param signal once it is aborted, no further tenant is started. @default never aborted
 */
export async function forEachTenant<T>(
  migrators: readonly TenantMigrator[],
  work: (each: TenantMigrator) => Promise<T>,
  signal?: AbortSignal,
): Promise<TenantResults<T>> {
  const done: DoneTenant<T>[] = [];
  const failed: FailedTenant[] = [];
  const notReached: string[] = [];
  const unreachable = new Map<string, unknown>();
  const hadTurn = keepSessions(migrators);
  for (const each of migrators) {
    const { tenant, schema, connection } = each;
    try {
      if (signal?.aborted) notReached.push(tenant);
      else if (unreachable.has(connection)) throw unreachable.get(connection);
      else done.push({ ...each, result: await work(each) });
    } catch (error) {
      failed.push({ tenant, schema, error });
      if (isUnanswered(error)) unreachable.set(connection, error);
    }
    await hadTurn(each);
  }
  return { done, failed, notReached };
}

/** Keeps a session for each connection until the last of its tenants has had its turn. */
function keepSessions(migrators: readonly TenantMigrator[]): (each: TenantMigrator) => Promise<void> {
  const places = new Map<string, { left: number; readonly release: () => Promise<void> }>();
  for (const { connection, keepSession } of migrators) {
    const place = places.get(connection) ?? { left: 0, release: keepSession() };
    place.left += 1;
    places.set(connection, place);
  }
  return async ({ connection }) => {
    const place = places.get(connection);
    if (!place) return;
    place.left -= 1;
    if (place.left === 0) await place.release();
  };
}

/**
 * @throws the error of all tenants, if it is the same for each of them or no database can be read: then their names add
 *   nothing.
 */
export function throwIfSameForAll({ done, failed, notReached }: TenantResults<unknown>): void {
  const [first] = failed;
  if (!first || done.length + notReached.length > 0) return;
  const isNoneReachable = failed.every(({ error }) => error instanceof DatabaseConnectionError);
  if (isNoneReachable || failed.every(({ error }) => String(error) === String(first.error))) throw first.error;
}
