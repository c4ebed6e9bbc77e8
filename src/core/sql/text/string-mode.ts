/**
 * Follows whether a backslash escapes in plain strings: `SET standard_conforming_strings = off` turns that on for the
 * statements behind it, which is how `psql` reads a file.
 */
export class StringMode {
  backslashEscapes = false;
  private words: string[] = [];

  /** False for tokens that cannot matter: nearly all of them, and lexing is a hot path. */
  watches(kind: string): boolean {
    if (kind === 'semicolon') return this.words.length > 0;
    return this.words.length < LONGEST && !BLANK.has(kind);
  }

  token(text: string): void {
    if (text === ';') this.endOfStatement();
    else this.words.push(text.slice(0, LONGEST_WORD).toLowerCase());
  }

  private endOfStatement(): void {
    const statement = this.words.join(' ');
    this.words = [];
    const set = SET.exec(statement);
    if (set) this.backslashEscapes = OFF.test(set[1] as string);
    else if (RESET.test(statement)) this.backslashEscapes = false;
  }
}

const LONGEST = 8;
const LONGEST_WORD = 40;
const BLANK: ReadonlySet<string> = new Set(['whitespace', 'line-comment', 'block-comment']);
const SET = /^set (?:session |local )?standard_conforming_strings (?:=|to) (.+)$/;
const RESET = /^reset (?:standard_conforming_strings|all)$/;
const OFF = /^'?(?:off|false|no|0)'?$/;

/** True when a text changes how strings are read: then it is understood statement by statement only. */
export function changesStringMode(text: string): boolean {
  return /\bset\s[^;]*\bstandard_conforming_strings\b/i.test(text);
}
