import { count } from '../../../core/errors/wording.js';
import { annotationForGitHub } from '../../render/annotation.js';
import { jsonText } from '../../render/json-text.js';
import { diagnosticToJson } from '../../render/lint/lint-to-json.js';
import { pathsFromHere, pathsInRepository } from '../../render/lint/report-path.js';
import { renderDiagnostics } from '../lint/render-lint.js';
import type { BranchFinding, CheckedBranch } from './describe-branch.js';

/** The result of checking shared migrations and those of tenants; undefined if there are none. */
interface CheckedBranches {
  readonly exitCode: number;
  readonly shared: CheckedBranch | undefined;
  readonly tenants: CheckedBranch | undefined;
}

/** Renders the result of checking a branch. */
export function renderBranch(checked: CheckedBranches, format: 'text' | 'json' | 'github'): string {
  if (format === 'json') return jsonText(asJson(checked));
  const { shared, tenants } = checked;
  return [
    ...(shared ? renderDirectory(shared, format, '') : []),
    ...(tenants ? renderDirectory(tenants, format, 'Tenants: ') : []),
  ].join('\n');
}

function renderDirectory(checked: CheckedBranch, format: 'text' | 'github', prefix: string): string[] {
  const { findings, diagnostics, renumber, directory } = checked;
  const pathOf = format === 'text' ? pathsFromHere(directory) : pathsInRepository(directory, process.env);
  const found = findings.map((each) =>
    format === 'text'
      ? lines(`${pathOf(each.file)} ${each.message} [${each.kind}]`, each.commands)
      : annotationForGitHub(annotation(each, pathOf(each.file))),
  );
  const moves = renumber.length > 0 ? [lines('To renumber the new files, run:', renumber)] : [];
  return [...found, ...renderDiagnostics(diagnostics, format, directory), ...moves, `${prefix}${summary(checked)}`];
}

function lines(text: string, commands: readonly string[]): string {
  return [text, ...commands.map((command) => `  ${command}`)].join('\n');
}

function annotation(found: BranchFinding, path: string): Parameters<typeof annotationForGitHub>[0] {
  const { severity, kind, file, message, commands } = found;
  return { severity, path, line: 1, title: kind, message: lines(`${file} ${message}`, commands) };
}

function summary({ base, added, findings, diagnostics }: CheckedBranch): string {
  const errors = [...findings, ...diagnostics].filter(({ severity }) => severity === 'error').length;
  return `Compared with ${base.ref}: ${count(added.length, 'new migration')}, ${count(errors, 'error')}`;
}

function asJson({ exitCode, shared, tenants }: CheckedBranches): object {
  return {
    exitCode,
    base: (shared ?? tenants)?.base,
    ...(shared ? directoryToJson(shared) : { added: [], findings: [], renumber: [], diagnostics: [] }),
    ...(tenants && { tenants: directoryToJson(tenants) }),
  };
}

function directoryToJson({ added, findings, renumber, diagnostics }: CheckedBranch): object {
  return {
    added,
    findings: findings.map((each) => ({ ...each, other: each.other ?? null })),
    renumber,
    diagnostics: diagnostics.map(diagnosticToJson),
  };
}
