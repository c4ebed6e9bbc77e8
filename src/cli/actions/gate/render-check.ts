import { EXIT } from '../../process/exit-codes.js';
import { annotationForGitHub, type Annotation } from '../../render/annotation.js';
import { findingSentences, findingText, findingToJson } from '../../render/in-commands.js';
import { diagnosticToJson } from '../../render/lint/lint-to-json.js';
import { pathsInRepository, type PathOf } from '../../render/lint/report-path.js';
import type { MigrationStatus } from '../../../core/status/status.js';
import { renderDiagnostics } from '../lint/render-lint.js';
import type { Checked } from './check-target.js';

/** For people or for CI. @param directory of the migrations. */
export function renderCheck(checked: Checked, format: 'text' | 'github', directory: string): string {
  const { exitCode, open, findings, diagnostics, summary, typed } = checked;
  const found =
    format === 'github'
      ? annotationsOf(checked, pathsInRepository(directory, process.env)).map(annotationForGitHub)
      : [...open.map(describeOpen), ...findings.map(findingText(typed))];
  const lines = [...found, ...renderDiagnostics(diagnostics, format, directory)];
  if (exitCode === EXIT.ok) lines.push(`Nothing to do (${summary.applied} applied)`);
  return lines.join('\n');
}

/** For programs. Its shape is stable. */
export function checkToJson({ exitCode, open, findings, diagnostics, summary, typed }: Checked): object {
  return {
    exitCode,
    open: open.map(({ file, state }) => ({ file, state })),
    findings: findings.map(findingToJson(typed)),
    diagnostics: diagnostics.map(diagnosticToJson),
    summary,
  };
}

function describeOpen({ file, state, row }: MigrationStatus): string {
  return `${file} is ${state}${row?.error ? `: ${row.error}` : ''}`;
}

/** All but the diagnostics. */
function annotationsOf({ open, findings, typed }: Checked, pathOf: PathOf): Annotation[] {
  const describeFinding = findingSentences(typed);
  return [
    ...open.map((each) => ({
      severity: each.state === 'pending' ? ('note' as const) : ('error' as const),
      path: pathOf(each.file),
      title: each.state,
      message: describeOpen(each),
    })),
    ...findings.map((each) => ({
      severity: each.severity,
      path: each.subject.endsWith('.sql') ? pathOf(each.subject) : undefined,
      line: each.line,
      column: each.column,
      title: each.code,
      message: describeFinding(each),
    })),
  ];
}
