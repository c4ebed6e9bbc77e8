import { count, placeIn } from '../../../core/errors/wording.js';
import { describeDiagnostic, type Diagnostic } from '../../../core/lint/diagnostic.js';
import type { LintReport } from '../../../migrator/use-cases/preview/lint.js';
import type { PathOf } from './report-path.js';

/** Renders diagnostics as text: location, line with a caret, and what to do. */
export function diagnosticsToText(diagnostics: readonly Diagnostic[], pathOf: PathOf): string[] {
  return diagnostics.map((found) => {
    const { file, line, column, severity, excerpt, remedy, rule } = found;
    const place = placeIn(pathOf(file), line, column);
    const below = [...(excerpt?.split('\n') ?? []), remedy].filter((text) => text !== '');
    return [`${place} ${severity}: ${describeDiagnostic(found)}. [${rule}]`, ...below.map((text) => `  ${text}`)].join(
      '\n',
    );
  });
}

/** `2 migrations checked: 1 error, 0 warnings, 3 notes`. */
export function lintSummary(what: string, { files, diagnostics }: LintReport, scope: string): string {
  const found = (['error', 'warning', 'note'] as const).map((severity) =>
    count(diagnostics.filter((each) => each.severity === severity).length, severity),
  );
  return `${what.replace('migration', count(files.length, 'migration'))} checked${scope}: ${found.join(', ')}`;
}
