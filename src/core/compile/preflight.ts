import type { Refusal } from '../errors/errors.js';
import { lex, type Unclosed } from '../sql/text/lexer.js';
import { locate, type SourceLocation } from '../sql/text/position.js';

/** What a look at the words of a file tells, before any parser sees it. */
export interface Preflight {
  /** Things that a driver cannot run, or that must never run. */
  readonly refusals: readonly Refusal[];
  /** Set when the file ends inside an open string or comment: then nothing may be sent behind it in one message. */
  readonly unclosed: Unclosed | undefined;
}

/** As goose, dbmate and node-pg-migrate read them: the last takes any number of dashes. */
const UNDO_SECTION = /^--[\s-]*(?:\+goose\s+down\b|migrate:down\b|down\s+migration\b)/i;

/**
 * Looks for what no driver can run and for undo sections. Words in comments, strings and function bodies never count as
 * SQL.
 *
 * @param place where an offset of the text is in the file.
 */
export function preflight(
  file: string,
  text: string,
  place: (offset: number) => SourceLocation = (offset) => locate(text, offset),
): Preflight {
  const refusals: Refusal[] = [];
  let first: { word: string; start: number } | undefined;
  let previous = '';
  const refuse = (offset: number, reason: string): void => {
    const { line, column } = place(offset);
    refusals.push({ file, line, column, reason });
  };
  const nul = text.indexOf('\0');
  if (nul >= 0)
    refuse(nul, 'it holds a NUL character, which PostgreSQL cannot read; save the file as plain UTF-8 text');

  const unclosed = lex(text, (kind, start, end) => {
    switch (kind) {
      case 'line-comment':
        if (UNDO_SECTION.test(text.slice(start, end))) refuse(start, UNDO_REASON);
        return;
      case 'backslash':
        refuse(start, metaCommandReason(text, start));
        return false; // what follows a meta-command is psql's language, not SQL
      case 'semicolon':
        first = undefined;
        return;
      case 'word': {
        const word = text.slice(start, end).toLowerCase();
        first ??= { word, start };
        if (first.word === 'copy' && previous === 'from' && word === 'stdin') {
          refuse(first.start, COPY_REASON);
          return false; // what follows is data
        }
        previous = word;
        return;
      }
      case 'whitespace':
      case 'block-comment':
        return;
      default:
        first ??= { word: '', start };
        previous = '';
        return;
    }
  });
  return { refusals, unclosed };
}

const UNDO_REASON =
  'it has an undo section, which this tool would run like the rest. Set the option layout ("goose", "dbmate") if the directory is that tool\'s; otherwise move that section out of the file: migrations here only go forward';

const COPY_REASON = 'COPY … FROM stdin is fed by psql; a driver cannot run it. Write the rows as INSERT statements';

function metaCommandReason(text: string, start: number): string {
  const command = /^\\\S*/.exec(text.slice(start, start + 40))?.[0] ?? '\\';
  return `${command} is a psql meta-command; only psql understands it. Remove it, or write what it does as SQL`;
}
