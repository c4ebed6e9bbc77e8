import type { FileProblem } from '../../problems/file-problem.js';
import { skipBlank } from './spans.js';

/** The comments that separate the part of a file to run from its undo section. */
export interface SectionMarkers {
  readonly up: RegExp;
  readonly down: RegExp;
  /** The form of the `up` marker, for messages. */
  readonly written: string;
  /** A marker that makes the other tool change the SQL before it runs. */
  readonly rewrites?: RegExp;
}

/** Why a file has no section that can run. */
export interface SectionProblem {
  readonly problem: FileProblem;
  /** Its offset in the text, if it has one. */
  readonly offset?: number;
}

/**
 * The file without its undo section, which is replaced by blanks except for line ends. Markers are found as their tools
 * find them: at the beginning of a line, even inside a string. SQL that the other tool would run and this library would
 * not is a problem; it is never skipped silently.
 */
export function upSection(text: string, { up, down, written, rewrites }: SectionMarkers): string | SectionProblem {
  const from = lineOf(up, text, 0);
  if (from === undefined) return { problem: { reason: 'no-marker', value: written } };
  const first = skipBlank(text, 0, from);
  if (first < from) return { problem: { reason: 'sql-before-marker', value: written }, offset: first };
  const again = lineOf(up, text, from + 1);
  if (again !== undefined) return { problem: { reason: 'second-section', value: written }, offset: again };

  const to = lineOf(down, text, from) ?? text.length;
  const forward = text.slice(0, to);
  const rewriting = rewrites && lineOf(rewrites, forward, 0);
  if (rewriting !== undefined) return { problem: { reason: 'variables-in-sql' }, offset: rewriting };
  return forward + text.slice(to).replace(/[^\r\n]/g, ' ');
}

/** The offset of the first line at or after `from` that begins with a marker. */
function lineOf(marker: RegExp, text: string, from: number): number | undefined {
  const lines = new RegExp(marker, 'gim');
  lines.lastIndex = from;
  return lines.exec(text)?.index;
}
