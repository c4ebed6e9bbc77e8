import type { Severity } from '../errors/finding.js';
import { placeIn } from '../errors/wording.js';
import type { Remedy } from '../errors/remedy.js';
import type { TableSize } from './model/facts.js';
import type { LintLevel } from './settings.js';

/** A problem that lint found in a migration. Plain data; {@link renderDiagnostic} turns it into text. */
export interface Diagnostic {
  /** The rule that found it. Each has a section in docs/lint.md. */
  readonly rule: string;
  readonly severity: Severity;
  /** The migration. */
  readonly file: string;
  /** Position in the file; undefined when it is about the file as a whole. Both count from 1, columns in characters. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** What was found: the rest of a sentence that begins with the file. */
  readonly message: string;
  /** What to do instead, in whole sentences; may be empty. */
  readonly remedy: string;
  /** The actions that the remedy names, as data. @default none */
  readonly remedies?: readonly Remedy[] | undefined;
  /** The table that is locked or written, if its size is known. */
  readonly size: TableSize | undefined;
  /** The line in the file with a caret below the column; passwords are masked. */
  readonly excerpt: string | undefined;
}

/** Whether a diagnostic stops a run, according to the option `lint.onMigrate`. */
export function stopsRun(onMigrate: LintLevel): (found: Diagnostic) => boolean {
  return ({ severity }) => onMigrate === 'error' && severity === 'error';
}

/** Renders a diagnostic as one line: location, severity, what was found, what to do, and the rule. */
export function renderDiagnostic(found: Diagnostic): string {
  const { file, line, column, severity, rule } = found;
  return `${diagnosticSentences(found, `${placeIn(file, line, column)} ${severity}:`)} [${rule}]`;
}

/** What was found and what to do, in whole sentences. */
export function diagnosticSentences(found: Diagnostic, subject: string = found.file): string {
  return [`${subject} ${describeDiagnostic(found)}.`, found.remedy].filter(Boolean).join(' ');
}

/** What was found, with the size of the table. */
export function describeDiagnostic({ message, size }: Diagnostic): string {
  return size ? `${message} (${describeSize(size)})` : message;
}

function describeSize(size: TableSize): string {
  return `${size.table} has ${describeAmount(size)}`;
}

/** `about 1,200 rows, 3.1 MB` */
export function describeAmount({ rows, bytes }: Omit<TableSize, 'table'>): string {
  const amount = rows === undefined ? '' : `about ${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}, `;
  return `${amount}${readableBytes(bytes)}`;
}

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

function readableBytes(bytes: number): string {
  let amount = bytes / 1024;
  let unit = 0;
  for (; amount >= 1024 && unit < UNITS.length - 1; unit++) amount /= 1024;
  return `${amount >= 10 ? Math.round(amount) : Math.round(amount * 10) / 10} ${UNITS[unit]}`;
}
