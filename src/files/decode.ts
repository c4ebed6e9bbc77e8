import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import type { FileProblem } from '../core/problems/file-problem.js';
import { locate } from '../core/sql/text/position.js';

const BYTE_ORDER_MARK = '\ufeff';
const REPLACEMENT = '\ufffd';
/** An object, because Node.js would create one from a string on each call. */
const AS_TEXT = { encoding: 'utf8', flag: 'r' } as const;

/** Reads a file in one call: for many small files, the calls cost more than the bytes. @throws the system's error */
export function readTextSync(file: string): string | { problem: FileProblem } {
  const text = readFileSync(file, AS_TEXT);
  return text.includes(REPLACEMENT) ? decodeText(readFileSync(file)) : withoutMark(text);
}

/** Decodes UTF-8 and drops a byte order mark. The problem says where the first invalid byte is. */
export function decodeText(bytes: Buffer): string | { problem: FileProblem } {
  const text = bytes.toString();
  if (isUtf8(bytes)) return withoutMark(text);
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return { problem: utf16 ? { reason: 'utf-16' } : { reason: 'not-utf-8', value: placeOfInvalid(bytes, text) } };
}

function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** The decoder puts a replacement character where the bytes are invalid, so encoding the text again differs there. */
function placeOfInvalid(bytes: Buffer, decoded: string): string {
  const encoded = Buffer.from(decoded);
  let offset = encoded.findIndex((byte, i) => byte !== bytes[i]);
  while (((encoded[offset] as number) & 0xc0) === 0x80) offset--; // back to the first byte of that character
  const before = bytes.toString('utf8', 0, offset);
  const byte = (bytes[offset] as number).toString(16).toUpperCase().padStart(2, '0');
  return `byte 0x${byte} at line ${locate(before, before.length).line}, offset ${offset}`;
}
