import type { Node } from '@pgsql/types';
import { skipBlank } from '../text/spans.js';

/** One statement of a migration. Offsets are UTF-16 and exclude the semicolon and leading whitespace and comments. */
export interface Statement {
  readonly start: number;
  readonly end: number;
  /** The rows of a `COPY … FROM stdin`; see `copyRows`. */
  readonly copy?: CopySource;
}

/** A statement with its syntax tree. */
export interface ParsedStatement extends Statement {
  /** If the file was split without the parser, only transaction commands have one. */
  readonly node: Node | undefined;
}

/** The rows after a `COPY … FROM stdin`: UTF-16 offsets, without the line `\.` that ends them. */
export interface CopySource {
  readonly dataStart: number;
  readonly dataEnd: number;
  /** The end of that line. */
  readonly wholeEnd: number;
}

/** A statement as PostgreSQL's parser reports it: positions are UTF-8 bytes and include leading whitespace. */
export interface RawStatement {
  readonly stmt?: Node;
  readonly stmt_location?: number;
  readonly stmt_len?: number;
}

/** Turns the parser's byte positions into offsets of the text. */
export function locateStatements(text: string, raw: readonly RawStatement[]): ParsedStatement[] {
  const toOffset = byteToOffset(text);
  return raw.map(({ stmt, stmt_location: from = 0, stmt_len: length = 0 }) => {
    const blankStart = toOffset(from);
    const end = length === 0 ? text.length : toOffset(from + length);
    return { node: stmt, start: skipBlank(text, blankStart, end), end };
  });
}

/** Positions must be given in rising order: the text is read only once. */
function byteToOffset(text: string): (byte: number) => number {
  if (Buffer.byteLength(text) === text.length) return (byte) => byte;
  let bytes = 0;
  let offset = 0;
  return (byte) => {
    while (bytes < byte && offset < text.length) {
      const codePoint = text.codePointAt(offset) as number;
      bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
      offset += codePoint > 0xffff ? 2 : 1;
    }
    return offset;
  };
}
