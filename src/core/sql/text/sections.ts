import { skipBlank } from './lexer.js';

/** The comments that part a file into what goes forward and what goes back. */
export interface SectionMarkers {
  readonly up: RegExp;
  readonly down: RegExp;
  /** How the marker of the part to run is written, for messages. */
  readonly written: string;
  /** A marker that has the other tool change the SQL before it runs. */
  readonly rewrites?: RegExp;
}

export interface SectionProblem {
  readonly problem: string;
  /** Where in the text it is, when it is somewhere. */
  readonly offset?: number;
}

/**
 * The part behind the "up" marker, with what goes back blanked out except for line ends. Markers are found as their
 * tools find them: at the beginning of a line, whatever surrounds it. What the other tool would run and this one would
 * not is a problem, never left out in silence.
 */
export function upSection(text: string, { up, down, written, rewrites }: SectionMarkers): string | SectionProblem {
  const from = lineOf(up, text, 0);
  if (from === undefined) return { problem: `it has no line "${written}", so nothing says what to run` };
  const first = skipBlank(text, 0, from);
  if (first < from) return { problem: `it has SQL before the line "${written}", which would not run`, offset: first };
  const again = lineOf(up, text, from + 1);
  if (again !== undefined)
    return { problem: `it has a second part "${written}". Put that into a file of its own`, offset: again };

  const to = lineOf(down, text, from) ?? text.length;
  const forward = text.slice(0, to);
  const rewriting = rewrites && lineOf(rewrites, forward, 0);
  if (rewriting !== undefined) return { problem: REWRITES, offset: rewriting };
  return forward + text.slice(to).replace(/[^\r\n]/g, ' ');
}

const REWRITES =
  'it asks for environment variables to be put into its SQL, which this tool does not do. Use the option "placeholders", or write the values';

/** The offset of the first line, from an offset on, that begins with a marker. */
function lineOf(marker: RegExp, text: string, from: number): number | undefined {
  const lines = new RegExp(marker, 'gim');
  lines.lastIndex = from;
  return lines.exec(text)?.index;
}
