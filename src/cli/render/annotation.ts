import type { Severity } from '../../core/errors/finding.js';

/** A message about a location in a file, which CI shows next to the code. */
export interface Annotation {
  readonly severity: Severity;
  /** Relative to the repository; undefined if the message is not about a file. */
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

/** Escapes line breaks, because a workflow command is one line and its text must not start another. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
