/**
 * Finds the rows after `COPY … FROM stdin;` as `psql` reads them: from the next line on, up to a line `\.`. It expects
 * the tokens of a text that are neither whitespace nor comments.
 */
export class CopyRows {
  private state: 'start' | 'copy' | 'other' = 'start';
  private parentheses = 0;
  private previous = '';
  private fromStdin = false;

  /** False if the rest of the statement cannot matter. That is nearly always so, and lexing is a hot path. */
  get isRelevant(): boolean {
    return this.state !== 'other';
  }

  token(text: string): void {
    if (!this.isRelevant) return;
    const word = text.length <= MAX_WORD_LENGTH ? text.toLowerCase() : '';
    if (this.state === 'start') this.state = word === 'copy' ? 'copy' : 'other';
    // `COPY (SELECT … FROM stdin) TO …` reads a table of that name.
    if (word === '(') this.parentheses++;
    if (word === ')') this.parentheses--;
    if (this.parentheses === 0 && this.previous === 'from' && word === 'stdin') this.fromStdin = true;
    this.previous = word;
  }

  /** Ends a statement. Returns true when rows follow it. */
  endOfStatement(): boolean {
    const { fromStdin } = this;
    this.state = 'start';
    this.parentheses = 0;
    this.previous = '';
    this.fromStdin = false;
    return fromStdin;
  }
}

const MAX_WORD_LENGTH = 5;
const REST_OF_LINE = /[ \t\f\v]*(?:--[^\r\n]*)?(?:\r\n|\n|\r)/y;
const END_OF_ROWS = /(?<=[\r\n])\\\.(?=[\r\n]|$)/g;

/** Where rows begin, for an offset after a semicolon; undefined when something else follows on its line. */
export function startOfRows(text: string, semicolon: number): number | undefined {
  REST_OF_LINE.lastIndex = semicolon;
  return REST_OF_LINE.test(text) ? REST_OF_LINE.lastIndex : undefined;
}

/** Offset after the `\.` that ends rows; undefined when there is none. */
export function endOfRows(text: string, start: number): number | undefined {
  END_OF_ROWS.lastIndex = start;
  return END_OF_ROWS.test(text) ? END_OF_ROWS.lastIndex : undefined;
}
