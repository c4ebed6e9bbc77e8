import { DatabaseConnectionError } from '../../../core/errors/database-errors.js';
import type { TenantMigrator } from '../../../fleet/record-of.js';

/** What was done for a tenant. */
export interface DoneTenant<T> extends TenantMigrator {
  readonly result: T;
}

/** A tenant for which something failed. */
export interface FailedTenant {
  readonly tenant: string;
  readonly error: unknown;
}

/** What became of each tenant. */
export interface TenantResults<T> {
  readonly done: readonly DoneTenant<T>[];
  readonly failed: readonly FailedTenant[];
  /** Those whose turn had not come when the signal was given. */
  readonly notReached: readonly string[];
}

/**
 * Does something for one tenant after another. One that fails does not keep the others from their turn, and a database
 * that cannot be reached is not tried again for its other tenants.
 *
 * @param signal when no further tenant gets its turn. @default never
 */
export async function forEachTenant<T>(
  migrators: readonly TenantMigrator[],
  work: (each: TenantMigrator) => Promise<T>,
  signal?: AbortSignal,
): Promise<TenantResults<T>> {
  const done: DoneTenant<T>[] = [];
  const failed: FailedTenant[] = [];
  const notReached: string[] = [];
  const unreachable = new Map<string, DatabaseConnectionError>();
  for (const each of migrators) {
    const { tenant, database } = each;
    if (signal?.aborted) {
      notReached.push(tenant);
      continue;
    }
    try {
      const known = unreachable.get(database);
      if (known) throw known;
      done.push({ ...each, result: await work(each) });
    } catch (error) {
      failed.push({ tenant, error });
      if (error instanceof DatabaseConnectionError) unreachable.set(database, error);
    }
  }
  return { done, failed, notReached };
}

/** @throws the error of all tenants, if it is the same for each of them: then their names add nothing. */
export function throwIfSameForAll({ done, failed, notReached }: TenantResults<unknown>): void {
  const [first] = failed;
  if (!first || done.length + notReached.length > 0) return;
  if (failed.every(({ error }) => String(error) === String(first.error))) throw first.error;
}
