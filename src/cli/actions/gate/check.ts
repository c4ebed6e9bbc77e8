import type { Finding } from '../../../core/errors/finding.js';
import { stopsRun, type Diagnostic } from '../../../core/lint/diagnostic.js';
import { needsRun, type MigrationStatus } from '../../../core/status/status.js';
import type { StatusReport } from '../../../migrator/use-cases/status.js';
import { EXIT } from '../../process/exit-codes.js';
import type { CheckFlags } from '../../process/flags.js';
import type { Invocation } from '../../process/invocation.js';
import { formatOf } from '../../process/format.js';
import { annotationForGitHub, type Annotation } from '../../render/annotation.js';
import { findingSentences, findingText, findingToJson } from '../../render/in-commands.js';
import { jsonText } from '../../render/json-text.js';
import { diagnosticsInFlags } from '../../render/lint/in-flags.js';
import { diagnosticToJson } from '../../render/lint/lint-to-json.js';
import { pathsInRepository, type PathOf } from '../../render/lint/report-path.js';
import type { Action } from '../action.js';
import { assertRecorded, exitCodeForSchema } from '../reading/schema-check.js';
import { verdictOf } from '../reading/verdict.js';
import { reading } from '../with-migrator.js';
import { renderDiagnostics } from './render-lint.js';

/** The result of a check. */
interface Checked {
  readonly exitCode: number;
  readonly open: readonly MigrationStatus[];
  readonly findings: readonly Finding[];
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: StatusReport['summary'];
  /** The current command, for remedies. */
  readonly typed: Invocation;
}

/** Reports, also as the exit code, whether the database matches the files, and whether pending files may run. */
export const check: Action<CheckFlags> = async (flags, terminal) => {
  if (flags.base !== undefined) return (await import('./check-base.js')).checkBase(flags, terminal);
  const format = formatOf(flags, ['text', 'github']);
  const lint = flags.lint ?? 'error';
  return reading({ ...flags, lint }, async (migrator, { policy, directory, lint: { onMigrate }, catalog }) => {
    if (flags.schema) assertRecorded(catalog);
    const report = await migrator.status();
    const changedByHand = flags.schema ? await migrator.drift({ only: 'schema' }) : [];
    const findings = [...report.findings, ...changedByHand];
    const open = report.migrations.filter(({ state }) => needsRun(state));
    const isLinted = onMigrate !== 'off' && open.length > 0;
    const diagnostics = isLinted ? diagnosticsInFlags((await migrator.lint()).diagnostics, terminal.typed) : [];
    const isStopped = diagnostics.some(stopsRun(onMigrate));
    const verdict = exitCodeForSchema(verdictOf({ ...report, findings }, policy), changedByHand);
    const exitCode = isStopped && (verdict === EXIT.ok || verdict === EXIT.pending) ? EXIT.lint : verdict;
    const { summary } = report;
    terminal.out(render({ exitCode, open, findings, diagnostics, summary, typed: terminal.typed }, format, directory));
    return exitCode;
  });
};

function render(checked: Checked, format: 'text' | 'json' | 'github', directory: string): string {
  if (format === 'json') return jsonText(asJson(checked));
  const { exitCode, open, findings, diagnostics, summary, typed } = checked;
  const found =
    format === 'github'
      ? annotationsOf(checked, pathsInRepository(directory, process.env)).map(annotationForGitHub)
      : [...open.map(describeOpen), ...findings.map(findingText(typed))];
  const lines = [...found, ...renderDiagnostics(diagnostics, format, directory)];
  if (exitCode === EXIT.ok) lines.push(`Nothing to do (${summary.applied} applied)`);
  return lines.join('\n');
}

function asJson({ exitCode, open, findings, diagnostics, summary, typed }: Checked): object {
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
