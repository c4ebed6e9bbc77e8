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

/** What ends the work, and what makes a tenant wait for another turn. */
interface Turns {
  /** Once it is aborted, no further tenant is started. @default never aborted */
  readonly signal?: AbortSignal | undefined;
  /** True if a tenant whose work failed has another turn, after all others had theirs. @default none has */
  readonly isPostponed?: (error: unknown) => boolean;
}

type Outcome<T> = { readonly done: T } | { readonly error: unknown } | 'not reached';

/**
 * Does something for one tenant after another. One that fails does not keep the others from their turn, and a server
 * that cannot be reached is not asked again for the other tenants of that database.
 *
 * @param work `isLast` is true if the tenant was postponed before, and gets no further turn.
 */
export async function forEachTenant<T>(
  migrators: readonly TenantMigrator[],
  work: (each: TenantMigrator, isLast: boolean) => Promise<T>,
  { signal, isPostponed = () => false }: Turns = {},
): Promise<TenantResults<T>> {
  const outcomes = new Map<TenantMigrator, Outcome<T>>();
  const unreachable = new Map<string, unknown>();
  const hadTurn = keepSessions(migrators);
  const outcomeOf = async (each: TenantMigrator, isLast: boolean): Promise<Outcome<T>> => {
    const { connection } = each;
    if (signal?.aborted) return 'not reached';
    if (unreachable.has(connection)) return { error: unreachable.get(connection) };
    try {
      return { done: await work(each, isLast) };
    } catch (error) {
      if (isUnanswered(error)) unreachable.set(connection, error);
      return { error };
    }
  };
  const end = async (each: TenantMigrator, outcome: Outcome<T>): Promise<void> => {
    outcomes.set(each, outcome);
    await hadTurn(each);
  };
  const postponed: TenantMigrator[] = [];
  for (const each of migrators) {
    const outcome = await outcomeOf(each, false);
    if (outcome !== 'not reached' && 'error' in outcome && isPostponed(outcome.error)) postponed.push(each);
    else await end(each, outcome);
  }
  for (const each of postponed) await end(each, await outcomeOf(each, true));
  return resultsOf(migrators.map((each) => [each, outcomes.get(each) ?? 'not reached']));
}

function resultsOf<T>(outcomes: readonly (readonly [TenantMigrator, Outcome<T>])[]): TenantResults<T> {
  const done: DoneTenant<T>[] = [];
  const failed: FailedTenant[] = [];
  const notReached: string[] = [];
  for (const [each, outcome] of outcomes) {
    const { tenant, schema } = each;
    if (outcome === 'not reached') notReached.push(tenant);
    else if ('done' in outcome) done.push({ ...each, result: outcome.done });
    else failed.push({ tenant, schema, error: outcome.error });
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
