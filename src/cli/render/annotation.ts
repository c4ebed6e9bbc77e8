import type { Severity } from '../../core/errors/finding.js';

/** A message at a place of a file, as a pipeline shows it beside the code. */
export interface Annotation {
  readonly severity: Severity;
  /** Relative to the repository; undefined if it is about no file. */
  readonly path?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly title: string;
  readonly message: string;
}

const COMMANDS: Readonly<Record<Severity, string>> = { note: 'notice', warning: 'warning', error: 'error' };

/** An annotation as a workflow command of GitHub Actions. */
export function annotationForGitHub({ severity, path, line, column, title, message }: Annotation): string {
  const given = Object.entries({ file: path, line, col: column, title });
  const properties = given.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${escapeProperty(String(value))}`],
  );
  return `::${COMMANDS[severity]} ${properties.join(',')}::${escapeData(message)}`;
}

/** A command ends with its line, and a text must not begin another one. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
