import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isUtf8 } from 'node:buffer';
import { decodeText } from '../../src/files/decode.js';

/** Text in Latin-1, in which every character is one byte. */
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('text that is not UTF-8 is refused with the place of the first invalid byte', () => {
  test.each<[string, Buffer, string]>([
    ['on the first line', latin1('SELECT \xe9'), 'byte 0xE9 at line 1, offset 7'],
    ['on a later line', latin1("SELECT 1;\n\nSELECT 'B\xe4r';\n"), 'byte 0xE4 at line 3, offset 20'],
    ['after lines that end in CRLF', latin1('A;\r\nB;\r\n\xe4'), 'byte 0xE4 at line 3, offset 8'],
    [
      'after valid characters of several bytes',
      Buffer.from([...Buffer.from('ä😀\n'), 0xff]),
      'byte 0xFF at line 2, offset 7',
    ],
    ['after a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x0a, 0x80]), 'byte 0x80 at line 2, offset 4'],
    ['in the first of several', latin1('a\xfcb\n\xfc'), 'byte 0xFC at line 1, offset 1'],
    ['in a character that is cut off at the end', Buffer.from([0x61, 0xe2, 0x82]), 'byte 0xE2 at line 1, offset 1'],
    [
      'in a cut-off beginning of the replacement character',
      Buffer.from([0x61, 0xef, 0xbf]),
      'byte 0xEF at line 1, offset 1',
    ],
    [
      'in one that begins like the replacement character',
      Buffer.from([0xef, 0xbf, 0x41]),
      'byte 0xEF at line 1, offset 0',
    ],
    ['after a genuine replacement character', Buffer.from([0xef, 0xbf, 0xbd, 0xe4]), 'byte 0xE4 at line 1, offset 3'],
    ['in an overlong form', Buffer.from([0x61, 0xc0, 0x80]), 'byte 0xC0 at line 1, offset 1'],
    ['in a surrogate', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 'byte 0xED at line 1, offset 1'],
  ])('%s', (_, bytes, place) => {
    expect(decodeText(bytes)).toEqual({ problem: { reason: 'not-utf-8', value: place } });
  });

  test('wherever it is: everything before it is valid, and nothing that includes it', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
      fc.constantFrom(Buffer.from('\ufffd'), Buffer.from('\n')),
      fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const bytes = Buffer.concat(pieces);
        const decoded = decodeText(bytes);
        fc.pre(typeof decoded === 'string' || decoded.problem.reason !== 'utf-16');
        expect(typeof decoded === 'string').toBe(isUtf8(bytes));
        if (typeof decoded === 'string') return;
        const found = /0x(..) .* offset (\d+)/.exec(decoded.problem.value ?? '') as RegExpExecArray;
        const offset = Number(found[2]);
        expect(isUtf8(bytes.subarray(0, offset))).toBe(true);
        expect(bytes[offset]).toBe(Number.parseInt(found[1] as string, 16));
        for (const length of [1, 2, 3, 4]) expect(isUtf8(bytes.subarray(offset, offset + length))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

test.each<[string, Buffer]>([
  ['little end first', Buffer.from('\ufeffSELECT 1', 'utf16le')],
  ['big end first', Buffer.from('\ufeffSELECT 1', 'utf16le').swap16()],
])('UTF-16, %s, is named as such', (_, bytes) => {
  expect(decodeText(bytes)).toEqual({ problem: { reason: 'utf-16' } });
});

test('a byte order mark is dropped, and nothing else', () => {
  expect(decodeText(Buffer.from('\ufeff\ufeffä😀\ufffd\r\n'))).toBe('\ufeffä😀\ufffd\r\n');
});
