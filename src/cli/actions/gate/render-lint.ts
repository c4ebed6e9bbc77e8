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
  const inRepository = pathsInRepository(directory, process.env);
  if (format === 'json') return jsonText({ exitCode, files, diagnostics: diagnostics.map(diagnosticToJson) });
  if (format === 'sarif') {
    const { diagnosticsToSarif } = await import('../../render/lint/lint-to-sarif.js');
    const { RULES } = await import('../../../core/lint/lint.js');
    return jsonText(diagnosticsToSarif(diagnostics, RULES, inRepository));
  }
  const found = diagnosticsToText(diagnostics, pathsFromHere(directory));
  const annotations = diagnostics.map((each) => annotationForGitHub(annotationOf(each, inRepository)));
  return [...(format === 'github' ? annotations : found), lintSummary(files, diagnostics, scope)].join('\n');
}

/** A diagnostic as an annotation next to the code. */
export function annotationOf(found: Diagnostic, pathOf: PathOf): Annotation {
  const { severity, file, line, column, rule } = found;
  return { severity, path: pathOf(file), line, column, title: rule, message: diagnosticSentences(found) };
}
