import { interruptible } from '../../../composition/interruptible.js';
import { UnknownMigrationError } from '../../../core/errors/input-errors.js';
import type { TenantMigrator } from '../../../fleet/record-of.js';
import type { ChangeOptions } from '../../../migrator/use-cases/change-history.js';
import { EXIT } from '../../process/exit-codes.js';
import type { ChangeFlags } from '../../process/flags.js';
import { commandLine } from '../../process/retype.js';
import type { CommandTerminal } from '../../process/terminal.js';
import { jsonText } from '../../render/json-text.js';
import { failedToJson, renderFailed } from '../../render/tenants/failed-tenants.js';
import { describeTenants, indented } from '../../render/tenants/words.js';
import { confirm } from './confirm.js';
import { outcomeOf, planOf, type Change } from './definition.js';
import {
  forEachTenant,
  throwIfSameForAll,
  type DoneTenant,
  type FailedTenant,
  type TenantResults,
} from '../tenants/for-each-tenant.js';
import { readingTenants } from '../tenants/with-fleet.js';

/**
 * Shows a change of the histories of tenants as a whole, and makes it for one tenant after another once it is confirmed.
 * What fails for one tenant is reported, and does not keep the others from being changed.
 *
 * @throws CliError when it is not confirmed, and the error of the first tenant if nothing can be done for any.
 */
export function changeTenants<T>(flags: ChangeFlags, terminal: CommandTerminal, change: Change<T>): Promise<number> {
  const { dryRun = false, yes = false, reason } = flags;
  return readingTenants(flags, async ({ fleet, selection }) => {
    const planned = await makeFor(await fleet.migrators(selection), change, { dryRun: true });
    const changing = planned.done.filter(({ result }) => planOf(change, result) !== '');
    const plan = textOf(changing, (result) => planOf(change, result));
    const refused = renderFailed(planned.failed, terminal.typed, 'cannot be changed');
    if (changing.length === 0 || dryRun)
      return report(flags, terminal, change, planned, [plan || nothingOf(change, planned), ...refused]);
    if (!yes) await confirm([plan, ...refused].join('\n'), terminal);
    // The report is printed before a signal ends the process.
    return interruptible(async (signal) => {
      const made = await makeFor(changing, change, { signal, ...(reason !== undefined && { reason }) });
      const failed = [...planned.failed, ...made.failed];
      const lines = [
        textOf(made.done, (result) => outcomeOf(change, result)),
        ...renderFailed(failed, terminal.typed, 'could not be changed'),
      ];
      return report(flags, terminal, change, { ...made, failed }, lines);
    });
  });
}

/** Tenants without the migration are left out, unless nothing is done for any. @throws an error that all have in common */
async function makeFor<T>(
  migrators: readonly TenantMigrator[],
  { make }: Change<T>,
  options: ChangeOptions,
): Promise<TenantResults<T>> {
  const unknown: FailedTenant[] = [];
  const results = await forEachTenant(
    migrators,
    async ({ tenant, migrator }) => {
      try {
        return [await make(migrator, options)];
      } catch (error) {
        if (!(error instanceof UnknownMigrationError)) throw error;
        unknown.push({ tenant, error });
        return [];
      }
    },
    options.signal,
  );
  const done = results.done.flatMap(({ result, ...tenant }) => result.map((each) => ({ ...tenant, result: each })));
  const failed = done.length > 0 ? results.failed : [...results.failed, ...unknown];
  if (!options.signal?.aborted) throwIfSameForAll({ ...results, done, failed });
  return { ...results, done, failed };
}

/** Says what was done for whom, and how to continue if that is not all. */
function report<T>(
  { json = false, dryRun = false }: ChangeFlags,
  { out, typed }: CommandTerminal,
  change: Change<T>,
  { done, failed, notReached }: TenantResults<T>,
  lines: readonly string[],
): number {
  const isComplete = failed.length + notReached.length === 0;
  const commands = isComplete || dryRun ? [] : [commandLine(typed.program, typed.words)];
  const left = notReached.length === 0 ? [] : [`Not reached: ${describeTenants(notReached)}`];
  const next = commands.map(
    (command) => `To continue, run the same command: tenants that have been changed stay as they are.\n  ${command}`,
  );
  const tenants = done.map(({ tenant, result }) => ({ tenant, ...change.toJson(result) }));
  if (json) out(jsonText({ dryRun, tenants, failed: failedToJson(failed, typed), notReached, commands }));
  else out([...lines, ...left, ...next].filter((line) => line !== '').join('\n'));
  return isComplete ? EXIT.ok : EXIT.failed;
}

/** Why nothing changes: without names if that is the same for all tenants. */
function nothingOf<T>({ nothing }: Change<T>, { done }: TenantResults<T>): string {
  const [text = '', ...others] = new Set(done.map(({ result }) => nothing(result)));
  return others.length === 0 ? text : textOf(done, nothing);
}

/** One text for all tenants to which the same happens. */
function textOf<T>(outcomes: readonly DoneTenant<T>[], describe: (result: T) => string): string {
  const groups = new Map<string, string[]>();
  for (const { tenant, result } of outcomes) {
    const text = describe(result);
    const known = groups.get(text);
    if (known) known.push(tenant);
    else groups.set(text, [tenant]);
  }
  return [...groups].map(([text, tenants]) => `${describeTenants(tenants)}:\n${indented(text)}`).join('\n');
}
