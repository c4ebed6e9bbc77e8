import { diagnosticSentences, type Diagnostic } from '../../../core/lint/diagnostic.js';
import type { LintReport } from '../../../migrator/use-cases/preview/lint.js';
import type { Invocation } from '../../process/invocation.js';
import { annotationForGitHub, type Annotation } from '../../render/annotation.js';
import { jsonText } from '../../render/json-text.js';
import { diagnosticToJson } from '../../render/lint/lint-to-json.js';
import { diagnosticsToText, lintSummary } from '../../render/lint/lint-to-text.js';
import { failedToJson, type FailedTenant } from '../../render/tenants/failed-tenants.js';
import { pathsFromHere, pathsInRepository, type PathOf } from '../../render/lint/report-path.js';

/** How lint results are printed. */
export type LintFormat = 'text' | 'json' | 'github' | 'sarif';

/** What lint found in the migrations of a directory. */
export interface Linted extends LintReport {
  readonly directory: string;
  /** How they were checked, for the text format. */
  readonly scope: string;
}

/** The same for the files of tenants. */
export interface LintedTenants extends Linted {
  /** The tenants that were left out, and why. */
  readonly failed: readonly FailedTenant[];
}

/** What lint found in shared migrations and those of tenants; undefined if there are none. */
interface LintResult {
  readonly shared: Linted | undefined;
  readonly tenants: LintedTenants | undefined;
  readonly exitCode: number;
  readonly typed: Invocation;
}

/** Renders lint results. */
export async function renderLint(
  { shared, tenants, exitCode, typed }: LintResult,
  format: LintFormat,
): Promise<string> {
  if (format === 'json')
    return jsonText({
      exitCode,
      ...(shared ? reportToJson(shared) : { files: [], diagnostics: [] }),
      ...(tenants && { tenants: { ...reportToJson(tenants), failed: failedToJson(tenants.failed, typed) } }),
    });
  const given = [...(shared ? [shared] : []), ...(tenants ? [tenants] : [])];
  if (format === 'sarif') {
    const { diagnosticsToSarif } = await import('../../render/lint/lint-to-sarif.js');
    const { RULES } = await import('../../../core/lint/lint.js');
    const located = given.flatMap(({ diagnostics, directory }) => {
      const pathOf = pathsInRepository(directory, process.env);
      return diagnostics.map((found) => ({ found, path: pathOf(found.file) }));
    });
    return jsonText(diagnosticsToSarif(located, RULES));
  }
  return [
    ...given.flatMap(({ diagnostics, directory }) => renderDiagnostics(diagnostics, format, directory)),
    ...(shared ? [lintSummary('migration', shared, shared.scope)] : []),
    ...(tenants ? [lintSummary('migration of tenants', tenants, tenants.scope)] : []),
  ].join('\n');
}

function reportToJson({ files, diagnostics }: LintReport): object {
  return { files, diagnostics: diagnostics.map(diagnosticToJson) };
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
