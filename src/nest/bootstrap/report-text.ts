/** A text for a health report, with and without names of files. */
export interface ReportText {
  readonly full: string;
  readonly nameless: string;
}

/** A text that names no file. */
export function nameless(text: string): ReportText {
  return { full: text, nameless: text };
}
