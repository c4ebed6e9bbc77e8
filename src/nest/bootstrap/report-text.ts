/** A text for a health report, with and without file names. */
export interface ReportText {
  readonly full: string;
  readonly nameless: string;
}

/** A text that contains no file names. */
export function nameless(text: string): ReportText {
  return { full: text, nameless: text };
}
