import { interruptible } from '../../../composition/interruptible.js';
import { UnknownMigrationError } from '../../../core/errors/input-errors.js';
import { LockTimeoutError } from '../../../core/errors/lock-errors.js';
import type { TenantMigrator } from '../../../fleet/record-of.js';
import type { Migrator } from '../../../migrator/migrator.js';
import type { ChangeOptions } from '../../../migrator/use-cases/change-history.js';
import { EXIT } from '../../process/exit-codes.js';
import type { ChangeFlags } from '../../process/flags.js';
import type { CommandTerminal } from '../../process/terminal.js';
import { jsonText } from '../../render/json-text.js';
import { failedToJson, renderFailed, type FailedTenant } from '../../render/tenants/failed-tenants.js';
import { describeTenants, groupTenants, indented, NO_TENANTS_LISTED, numberOf } from '../../render/tenants/words.js';
import { forEachTenant, throwIfSameForAll, type DoneTenant, type TenantResults } from '../tenants/for-each-tenant.js';
import { readingTenants } from '../tenants/with-fleet.js';
import { confirm } from './confirm.js';
import { continueWith } from './continue-with.js';
import { outcomeOf, planOf, type Change } from './definition.js';

/** What became of each tenant, and those for which there is no such migration. */
interface ChangedTenants<T> extends TenantResults<T> {
  readonly unknown: readonly FailedTenant[];
}

/**
 * Shows a change to the histories of all tenants at once, and makes it tenant by tenant once it is confirmed.
 * A failure for one tenant is reported, and does not prevent the others from being changed.
 *
 * @throws CliError when it is not confirmed, and the error of the first tenant if nothing can be done for any.
 */
export function changeTenants<T>(flags: ChangeFlags, terminal: CommandTerminal, change: Change<T>): Promise<number> {
  const { dryRun = false, yes = false, reason } = flags;
  return readingTenants(flags, async ({ fleet, selection }) => {
    const planned = await makeFor(await fleet.migrators(selection), change, { dryRun: true });
    throwIfNothingToDo(planned);
    const changing = planned.done.filter(({ result }) => planOf(change, result) !== '');
    const plan = textOf(changing, (result) => planOf(change, result));
    const refused = [
      ...(planned.done.length === 0 ? renderFailed(planned.unknown, terminal.typed, 'left out') : []),
      ...renderFailed(planned.failed, terminal.typed, 'cannot be changed'),
    ];
    if (changing.length === 0 || dryRun)
      return report(flags, terminal, change, planned, [plan || nothingOf(change, planned), ...refused]);
    if (!yes) await confirm([plan, ...refused].join('\n'), terminal);
    // The report is printed before a signal ends the process.
    return interruptible(async (signal) => {
      const told = telling(change, changing.length, terminal);
      const made = await makeFor(changing, told, { signal, ...(reason !== undefined && { reason }) });
      const failed = [...planned.failed, ...made.failed, ...made.unknown];
      const [only] = failed;
      if (only && flags.tenant?.length === 1 && !signal.aborted) throw only.error;
      const lines = [
        textOf(made.done, (result) => outcomeOf(change, result)),
        ...renderFailed(failed, terminal.typed, 'could not be changed'),
      ];
      return report(flags, terminal, change, { ...made, failed }, lines);
    });
  });
}

/** In how many lines the progress is told. Fewer tenants than that take no time. */
const LINES = 10;

/** Says how many tenants have had their turn, to whoever waits for the report. */
function telling<T>(change: Change<T>, all: number, { err }: CommandTerminal): Change<T> {
  const begun = new Set<Migrator>();
  let told = 0;
  return {
    ...change,
    make: (migrator, options) => {
      if ((begun.size - told) * LINES >= all && all > LINES) {
        told = begun.size;
        err(`${told.toLocaleString('en')} of ${numberOf(all)}`);
      }
      begun.add(migrator);
      return change.make(migrator, options);
    },
  };
}

/**
 * Tenants that are being migrated come last, and share one wait: each of them has been waiting since it began. Tenants
 * without the migration are not among those that failed.
 */
async function makeFor<T>(
  migrators: readonly TenantMigrator[],
  { make }: Change<T>,
  options: ChangeOptions,
): Promise<ChangedTenants<T>> {
  let startedAt: number | undefined;
  const work = ({ migrator }: TenantMigrator, isLast: boolean): Promise<T> => {
    if (isLast) startedAt ??= performance.now();
    return make(migrator, { ...options, lockWait: isLast ? { startedAt } : { timeoutMs: 0 } });
  };
  const results = await forEachTenant(migrators, work, { signal: options.signal, isPostponed: isLocked });
  return {
    ...results,
    failed: results.failed.filter((each) => !isUnknown(each)),
    unknown: results.failed.filter(isUnknown),
  };
}

/** @throws the error of all tenants, if they have it in common */
function throwIfNothingToDo({ unknown, ...results }: ChangedTenants<unknown>): void {
  const [first] = unknown;
  if (!first) throwIfSameForAll(results);
  else if (results.done.length + results.failed.length === 0) throw first.error;
}

/** Reports what was done for which tenants, and how to continue if some are left. */
function report<T>(
  { json = false, dryRun = false }: ChangeFlags,
  { out, typed }: CommandTerminal,
  change: Change<T>,
  results: ChangedTenants<T>,
  lines: readonly string[],
): number {
  const { done, failed, notReached } = results;
  const command = dryRun ? undefined : continueWith(results, typed, change.isFinal === true);
  const left = notReached.length === 0 ? [] : [`Not reached: ${describeTenants(notReached)}`];
  const advice = change.isFinal
    ? 'To continue with the other tenants, run:'
    : 'To continue, run the same command: tenants that have been changed stay as they are.';
  const next = command === undefined ? [] : [`${advice}\n  ${command}`];
  const tenants = done.map(({ tenant, result }) => ({ tenant, ...change.toJson(result) }));
  if (json)
    out(
      jsonText({ dryRun, tenants, failed: failedToJson(failed, typed), notReached, commands: [command ?? []].flat() }),
    );
  else out([...lines, ...left, ...next].filter((line) => line !== '').join('\n'));
  return failed.length + notReached.length === 0 ? EXIT.ok : EXIT.failed;
}

/** Why nothing changes: without names if the reason is the same for all tenants. */
function nothingOf<T>({ nothing }: Change<T>, { done, failed }: TenantResults<T>): string {
  if (done.length + failed.length === 0) return NO_TENANTS_LISTED;
  const [text = '', ...others] = new Set(done.map(({ result }) => nothing(result)));
  return others.length === 0 ? text : textOf(done, nothing);
}

/** Describes tenants with the same outcome together. */
function textOf<T>(outcomes: readonly DoneTenant<T>[], describe: (result: T) => string): string {
  const groups = groupTenants(outcomes, ({ result }) => describe(result));
  return groups
    .map(({ first, tenants }) => `${describeTenants(tenants)}:\n${indented(describe(first.result))}`)
    .join('\n');
}

/** True if another process was migrating the tenant. */
function isLocked(error: unknown): boolean {
  return error instanceof LockTimeoutError;
}

function isUnknown({ error }: FailedTenant): boolean {
  return error instanceof UnknownMigrationError;
}
