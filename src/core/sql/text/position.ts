import { maskRanges, secretRanges } from './secrets.js';

/** A position in a migration. Lines and columns count from 1, columns in characters. */
export interface SourceLocation {
  readonly line: number;
  readonly column: number;
  /** The line with a caret below the column, truncated to a readable width; passwords are masked. */
  readonly excerpt: string;
}

const WIDTH = 110;

/** UTF-16 offset of the n-th code point, counted from 0. */
export function offsetOfCodePoint(text: string, codePoint: number): number {
  let offset = 0;
  for (let i = 0; i < codePoint && offset < text.length; i++)
    offset += (text.codePointAt(offset) as number) > 0xffff ? 2 : 1;
  return offset;
}

/** The length of a text as PostgreSQL counts it. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (let offset = 0; offset < text.length; count++) offset += (text.codePointAt(offset) as number) > 0xffff ? 2 : 1;
  return count;
}

/** Converts a UTF-16 offset to a position. */
export function locate(text: string, offset: number): SourceLocation {
  const end = Math.min(offset, text.length);
  const at = text.slice(end - 1, end + 1) === '\r\n' ? end - 1 : end; // CRLF is one line ending
  const before = text.slice(0, at).split(/\r\n|\r|\n/);
  const lineStart = at - (before.at(-1) as string).length;
  const lineEnd = /[\r\n]|$/.exec(text.slice(at)) as RegExpExecArray;
  const line = text.slice(lineStart, at + lineEnd.index);
  const secrets = secretRanges(text).map((range) => ({ start: range.start - lineStart, end: range.end - lineStart }));
  const shown = maskRanges(line, secrets, at - lineStart);
  return {
    line: before.length,
    column: countCodePoints(text.slice(lineStart, at)) + 1,
    excerpt: excerpt(shown.text, shown.offset),
  };
}

function excerpt(line: string, offset: number): string {
  const from = wholeCharacter(line, Math.max(0, Math.min(offset - Math.floor(WIDTH / 2), line.length - WIDTH)));
  const to = wholeCharacter(line, from + WIDTH);
  const cut = `${from > 0 ? '…' : ''}${line.slice(from, to)}${line.length > to ? '…' : ''}`;
  const indent = line.slice(from, offset).replace(/[^\t]/gu, ' ');
  return `${cut.trimEnd()}\n${from > 0 ? ' ' : ''}${indent}^`;
}

/** The offset itself, or the one before it when it would split a character. */
function wholeCharacter(text: string, offset: number): number {
  return (text.codePointAt(offset - 1) ?? 0) > 0xffff ? offset - 1 : offset;
}
