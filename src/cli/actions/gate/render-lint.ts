import { diagnosticSentences, type Diagnostic } from '../../../core/lint/diagnostic.js';
import type { LintReport } from '../../../migrator/use-cases/preview/lint.js';
import { annotationForGitHub, type Annotation } from '../../render/annotation.js';
import { jsonText } from '../../render/json-text.js';
import { diagnosticToJson } from '../../render/lint/lint-to-json.js';
import { diagnosticsToText, lintSummary } from '../../render/lint/lint-to-text.js';
import { pathsFromHere, pathsInRepository, type PathOf } from '../../render/lint/report-path.js';

/** How lint results are printed. */
export type LintFormat = 'text' | 'json' | 'github' | 'sarif';

/** Renders lint results. @param scope how the migrations were checked, for the text format. */
export async function renderLint(
  { files, diagnostics, exitCode }: LintReport & { readonly exitCode: number },
  format: LintFormat,
  directory: string,
  scope: string,
): Promise<string> {
  if (format === 'json') return jsonText({ exitCode, files, diagnostics: diagnostics.map(diagnosticToJson) });
  if (format === 'sarif') {
    const { diagnosticsToSarif } = await import('../../render/lint/lint-to-sarif.js');
    const { RULES } = await import('../../../core/lint/lint.js');
    return jsonText(diagnosticsToSarif(diagnostics, RULES, pathsInRepository(directory, process.env)));
  }
  return [...renderDiagnostics(diagnostics, format, directory), lintSummary(files, diagnostics, scope)].join('\n');
}

/** Renders diagnostics for a terminal, or as annotations for GitHub. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  format: 'text' | 'github',
  directory: string,
): string[] {
  if (format === 'text') return diagnosticsToText(diagnostics, pathsFromHere(directory));
  const pathOf = pathsInRepository(directory, process.env);
  return diagnostics.map((each) => annotationForGitHub(annotationOf(each, pathOf)));
}

/** A diagnostic as an annotation next to the code. */
function annotationOf(found: Diagnostic, pathOf: PathOf): Annotation {
  const { severity, file, line, column, rule } = found;
  return { severity, path: pathOf(file), line, column, title: rule, message: diagnosticSentences(found) };
}
