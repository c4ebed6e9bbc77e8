/**
 * Tracks whether a backslash escapes in plain strings: `SET standard_conforming_strings = off` turns that on for later
 * statements, as `psql` reads a file. It expects the tokens of a text that are neither whitespace nor comments.
 */
export class StringMode {
  backslashEscapes = false;
  /** True once a statement changed the mode, or may have: from there on only the server knows how strings are read. */
  changed = false;
  private words: string[] = [];
  /** False if the rest of the statement cannot matter. That is nearly always so, and lexing is a hot path. */
  isRelevant = true;

  token(text: string): void {
    if (!this.isRelevant) return;
    const word = text.slice(0, MAX_WORD_LENGTH).toLowerCase();
    if (this.words.length === 0 && !COMMANDS.has(word)) this.isRelevant = false;
    else this.isRelevant = this.words.push(word) < MAX_WORDS;
  }

  endOfStatement(): void {
    this.isRelevant = true;
    if (this.words.length === 0) return;
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
const COMMANDS: ReadonlySet<string> = new Set(['set', 'select', 'reset']);
const SET = /^set (?:session |local )?standard_conforming_strings (?:=|to) (.+)$/;
const SET_CONFIG = /^select (?:pg_catalog \. )?set_config \( 'standard_conforming_strings' , ('[^']*'|\S+)/;
const RESET = /^reset (?:standard_conforming_strings|all)$/;
/** PostgreSQL also accepts the beginnings of these words. */
const ON = /^'?(?:on|t|tr|tru|true|y|ye|yes|1|default)'?$/;
const OFF = /^'?(?:off?|f|fa|fal|fals|false|n|no|0)'?$/;
