/**
 * Tracks whether a backslash escapes in plain strings: `SET standard_conforming_strings = off` turns that on for later
 * statements, as `psql` reads a file.
 */
export class StringMode {
  backslashEscapes = false;
  /** True once a statement changed the mode, or may have: from there on only the server knows how strings are read. */
  changed = false;
  private words: string[] = [];

  /** False for tokens that cannot matter: nearly all of them, and lexing is a hot path. */
  isRelevant(kind: string): boolean {
    if (kind === 'semicolon') return this.words.length > 0;
    return this.words.length < MAX_WORDS && !BLANK.has(kind);
  }

  token(text: string): void {
    if (text === ';') this.endOfStatement();
    else this.words.push(text.slice(0, MAX_WORD_LENGTH).toLowerCase());
  }

  private endOfStatement(): void {
    const statement = this.words.join(' ');
    this.words = [];
    const value = (SET.exec(statement) ?? SET_CONFIG.exec(statement))?.[1];
    if (value === undefined && !RESET.test(statement)) return;
    const escapes = value !== undefined && OFF.test(value);
    const known = value === undefined || escapes || ON.test(value);
    if (!known || escapes !== this.backslashEscapes) this.changed = true;
    this.backslashEscapes = escapes;
  }
}

const MAX_WORDS = 8;
const MAX_WORD_LENGTH = 40;
const BLANK: ReadonlySet<string> = new Set([
  'whitespace',
  'line-comment',
  'block-comment',
  'meta-command',
  'copy-rows',
]);
const SET = /^set (?:session |local )?standard_conforming_strings (?:=|to) (.+)$/;
const SET_CONFIG = /^select (?:pg_catalog \. )?set_config \( 'standard_conforming_strings' , ('[^']*'|\S+)/;
const RESET = /^reset (?:standard_conforming_strings|all)$/;
/** PostgreSQL also accepts the beginnings of these words. */
const ON = /^'?(?:on|t|tr|tru|true|y|ye|yes|1|default)'?$/;
const OFF = /^'?(?:off?|f|fa|fal|fals|false|n|no|0)'?$/;
