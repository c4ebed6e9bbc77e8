import type { Migrator } from '../../../migrator/migrator.js';
import type { ChangeOptions } from '../../../migrator/use-cases/change-history.js';
import { CliError } from '../../process/cli-error.js';
import { EXIT } from '../../process/exit-codes.js';
import type { ChangeFlags } from '../../process/flags.js';
import { commandLine } from '../../process/retype.js';
import type { CommandTerminal } from '../../process/terminal.js';
import { jsonText } from '../../render/json-text.js';
import { withMigrator } from '../with-migrator.js';

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

/**
 * Shows a change and makes it once it is confirmed, by `--yes` or at the terminal.
 *
 * @throws CliError when it is not confirmed.
 */
export function makeChange<T>(flags: ChangeFlags, terminal: CommandTerminal, change: Change<T>): Promise<number> {
  const { json = false, dryRun = false, yes = false, reason } = flags;
  const report = (result: T, text: string): void =>
    terminal.out(json ? jsonText({ dryRun, ...change.toJson(result) }) : text);
  return withMigrator(
    flags,
    () => {},
    async (migrator) => {
      const planned = await change.make(migrator, { dryRun: true });
      const [headline, ...lines] = change.describe(planned, false);
      if (headline === undefined) {
        report(planned, change.nothing);
        return EXIT.ok;
      }
      const plan = [`This would ${headline}`, ...lines].join('\n');
      if (dryRun) {
        report(planned, plan);
        return EXIT.ok;
      }
      if (!yes) await confirm(plan, terminal);
      const result = await change.make(migrator, reason === undefined ? {} : { reason });
      report(result, change.describe(result, true).join('\n') || change.nothing);
      return EXIT.ok;
    },
  );
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
