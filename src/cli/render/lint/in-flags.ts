import { inApi } from '../../../core/errors/remedy.js';
import type { Diagnostic } from '../../../core/lint/diagnostic.js';
import type { Invocation } from '../../process/invocation.js';
import { withFlags } from '../../process/option-flags.js';
import { inCommands } from '../../process/voice.js';

/** Rewords diagnostics so that they name commands and flags instead of API calls and options. */
export function diagnosticsInFlags(diagnostics: readonly Diagnostic[], typed: Invocation): Diagnostic[] {
  const say = inCommands(typed);
  return diagnostics.map((found) => {
    const { message, remedy, remedies = [] } = found;
    const named = remedies.reduce((text, each) => text.replaceAll(inApi(each), () => say(each)), remedy);
    return { ...found, message: withFlags(message), remedy: withFlags(named) };
  });
}
