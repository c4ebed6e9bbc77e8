/** UTF-16 offsets of a part of a text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Replaces ranges, given in rising order, with spaces, so that all other offsets and lines stay the same. */
export function blankOut(text: string, ranges: readonly Range[]): string {
  let result = '';
  let from = 0;
  for (const { start, end } of ranges) {
    result += text.slice(from, start) + text.slice(start, end).replace(/[^\r\n]+/g, (run) => ' '.repeat(run.length));
    from = end;
  }
  return result + text.slice(from);
}
