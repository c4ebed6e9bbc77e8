import { describeFinding, remedyOf, renderFindingAs, type Finding } from '../../core/errors/finding.js';
import { MigrationError } from '../../core/errors/migration-error.js';
import type { Invocation } from '../process/invocation.js';
import { withFlags } from '../process/option-flags.js';
import { commandsFor, inCommands } from '../process/voice.js';

/** Renders findings as text with commands and flags as remedies. */
export function findingText(typed: Invocation): (found: Finding) => string {
  return (found) => withFlags(renderFindingAs(inCommands(typed), found));
}

/** The same without the code. */
export function findingSentences(typed: Invocation): (found: Finding) => string {
  return (found) => withFlags(describeFinding(inCommands(typed), found));
}

/** Findings for programs, with their text and the suggested commands. */
export function findingToJson(typed: Invocation): (found: Finding) => object {
  const say = inCommands(typed);
  return (found) => ({
    ...found,
    remedy: withFlags(remedyOf(say, found)),
    commands: commandsFor(found.remedies, typed),
    message: withFlags(describeFinding(say, found)),
  });
}

/** The message of one of our errors, with commands and flags as remedies. */
export function messageOf(error: MigrationError, typed: Invocation): string {
  return withFlags(error.messageAs(inCommands(typed)));
}
