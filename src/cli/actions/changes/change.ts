import { UnknownMigrationError } from '../../../core/errors/input-errors.js';
import type { Migrator } from '../../../migrator/migrator.js';
import type { ChangeOptions } from '../../../migrator/use-cases/change-history.js';
import { CliError } from '../../process/cli-error.js';
import { EXIT } from '../../process/exit-codes.js';
import type { ChangeFlags } from '../../process/flags.js';
import { commandLine } from '../../process/retype.js';
import type { CommandTerminal } from '../../process/terminal.js';
import { jsonText } from '../../render/json-text.js';
import { describeTenants, indented } from '../../render/tenants/words.js';
import { withTargets, type ChangeTarget } from './with-targets.js';

/** A change to the history, made by a command. */
export interface Change<T> {
  readonly make: (migrator: Migrator, options: ChangeOptions) => Promise<T>;
  /** Lines that say what changed or would change; empty if nothing does. */
  readonly describe: (result: T, isDone: boolean) => readonly string[];
  /** What to say when nothing changes. */
  readonly nothing: string;
  /** The result as JSON. */
  readonly toJson: (result: T) => object;
}

/** What a change does, or would do, to one target. */
interface Outcome<T> extends ChangeTarget {
  readonly result: T;
}

/**
 * Shows a change and makes it once it is confirmed, by `--yes` or at the terminal. For tenants, it is shown as a whole,
 * and then made for one tenant after another.
 *
 * @throws CliError when it is not confirmed.
 */
export function makeChange<T>(flags: ChangeFlags, terminal: CommandTerminal, change: Change<T>): Promise<number> {
  const { json = false, dryRun = false, yes = false, reason } = flags;
  const report = (outcomes: readonly Outcome<T>[], text: string): void =>
    terminal.out(json ? jsonText({ dryRun, ...toJson(outcomes, change) }) : text);
  return withTargets(flags, async (targets) => {
    const planned = await makeFor(targets, change, { dryRun: true });
    const changing = planned.filter(({ result }) => change.describe(result, false).length > 0);
    const plan = textOf(changing, (result) => planOf(change.describe(result, false)));
    if (changing.length === 0 || dryRun) {
      report(planned, plan || change.nothing);
      return EXIT.ok;
    }
    if (!yes) await confirm(plan, terminal);
    const done = await makeFor(changing, change, reason === undefined ? {} : { reason });
    report(
      done,
      textOf(done, (result) => change.describe(result, true).join('\n') || change.nothing),
    );
    return EXIT.ok;
  });
}

async function makeFor<T>(
  targets: readonly ChangeTarget[],
  { make }: Change<T>,
  options: ChangeOptions,
): Promise<Outcome<T>[]> {
  const outcomes: Outcome<T>[] = [];
  let unknown: UnknownMigrationError | undefined;
  for (const target of targets) {
    try {
      outcomes.push({ ...target, result: await make(target.migrator, options) });
    } catch (error) {
      if (!(error instanceof UnknownMigrationError)) throw error;
      unknown = error; // a tenant may lack what others have
    }
  }
  if (unknown && outcomes.length === 0) throw unknown;
  return outcomes;
}

function planOf([headline, ...lines]: readonly string[]): string {
  return [`This would ${headline}`, ...lines].join('\n');
}

/** One text for all tenants to which the same happens. */
function textOf<T>(outcomes: readonly Outcome<T>[], describe: (result: T) => string): string {
  const groups = new Map<string, string[]>();
  for (const { tenant, result } of outcomes) {
    const text = describe(result);
    const tenants = groups.get(text) ?? [];
    groups.set(text, tenant === undefined ? tenants : [...tenants, tenant]);
  }
  return [...groups]
    .map(([text, tenants]) => (tenants.length === 0 ? text : `${describeTenants(tenants)}:\n${indented(text)}`))
    .join('\n');
}

function toJson<T>(outcomes: readonly Outcome<T>[], change: Change<T>): object {
  const [first] = outcomes;
  if (first && first.tenant === undefined) return change.toJson(first.result);
  return { tenants: outcomes.map(({ tenant, result }) => ({ tenant, ...change.toJson(result) })) };
}

/** Asks for confirmation. @throws CliError if it is denied, or if there is no terminal to ask at. */
export async function confirm(plan: string, terminal: CommandTerminal): Promise<void> {
  if (!terminal.isInteractive) {
    const { program, words } = terminal.typed;
    const command = commandLine(program, [...words, '--yes']);
    const message = `${plan}\nNothing was changed, because this needs confirmation. To confirm, run:\n  ${command}`;
    throw new CliError('CONFIRMATION_REQUIRED', EXIT.usage, message, { command });
  }
  terminal.err(plan);
  const answer = await terminal.ask('Proceed? [y/N] ');
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CliError('DECLINED', EXIT.failed, 'Nothing was changed.');
}
