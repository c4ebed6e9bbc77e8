import type { Diagnostic } from '../../../core/lint/diagnostic.js';
import { withFlags } from '../../process/option-flags.js';

/** Rewords diagnostics so that they name the flags of options. */
export function diagnosticsInFlags(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.map((found) => ({
    ...found,
    message: withFlags(found.message),
    remedy: withFlags(found.remedy),
  }));
}
