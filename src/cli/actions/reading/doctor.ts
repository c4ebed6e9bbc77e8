import { examine } from '../../../composition/doctor.js';
import type { Check } from '../../../core/doctor/check.js';
import { DatabaseConnectionError } from '../../../core/errors/database-errors.js';
import { MigrationError } from '../../../core/errors/migration-error.js';
import { count } from '../../../core/errors/wording.js';
import { inWords, withRemedies } from '../../../core/errors/remedy.js';
import { settingsFrom } from '../../configuration/settings.js';
import { EXIT } from '../../process/exit-codes.js';
import type { CommonFlags } from '../../process/flags.js';
import type { Invocation } from '../../process/invocation.js';
import { withFlags } from '../../process/option-flags.js';
import { commandsFor, inCommands } from '../../process/voice.js';
import { findingText, messageOf } from '../../render/in-commands.js';
import { jsonText } from '../../render/json-text.js';
import type { Action } from '../action.js';

/** Checks everything that a run needs, and says what to do about each problem. */
export const doctor: Action<CommonFlags> = async (flags, { out, typed }) => {
  const checks = await examine(await settingsFrom(flags));
  const exitCode = exitCodeOf(checks);
  out(
    flags.json
      ? jsonText({ exitCode, checks: checks.map(toJson(typed)) })
      : [...linesOf(checks, typed), totalOf(checks)].join('\n'),
  );
  return exitCode;
};

/** The exit code for all results. */
export function exitCodeOf(checks: readonly Check[]): number {
  const failed = checks.filter(({ level }) => level === 'error');
  const isUnreachable = failed.some(
    ({ area, what }) => area === 'connection' && what instanceof DatabaseConnectionError,
  );
  if (isUnreachable) return EXIT.unreachable;
  return failed.length > 0 ? EXIT.failed : EXIT.ok;
}

/** Results for people, one below the other. */
export function linesOf(checks: readonly Check[], typed: Invocation): string[] {
  return checks.map(
    (each) =>
      `${each.level.padEnd(7)}  ${each.area.padEnd(10)}  ${describe(each, typed).replaceAll('\n', `\n${' '.repeat(21)}`)}`,
  );
}

/** `1 error, 2 warnings`. */
export function totalOf(checks: readonly Check[]): string {
  const total = (level: 'error' | 'warning'): string =>
    count(checks.filter((each) => each.level === level).length, level);
  return `${total('error')}, ${total('warning')}`;
}

/** A result for programs. */
export function toJson(typed: Invocation): (each: Check) => object {
  return (each) => ({
    area: each.area,
    level: each.level,
    code: typeof each.what === 'object' ? each.what.code : null,
    message: describe(each, typed),
    commands: commandsOf(each, typed),
  });
}

function describe({ what }: Check, typed: Invocation): string {
  if (what instanceof MigrationError) return messageOf(what, typed);
  if (typeof what === 'object') return findingText(typed)(what);
  return withFlags(inWords(what, inCommands(typed)));
}

function commandsOf({ what }: Check, typed: Invocation): string[] {
  if (what instanceof MigrationError) return [];
  return commandsFor(typeof what === 'object' ? what.remedies : withRemedies(what).remedies, typed);
}
