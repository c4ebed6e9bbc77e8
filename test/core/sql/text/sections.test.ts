import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { problemText } from '../../../../src/core/problems/file-problem.js';
import { type SectionMarkers, upSection } from '../../../../src/core/sql/text/sections.js';

const MARKERS: SectionMarkers = {
  up: /^--[ \t]*up\b/,
  down: /^--[ \t]*down\b/,
  rewrites: /^-- magic\b/,
  written: '-- up',
};

/** The section with blanks at its end cut off. */
const forward = (text: string): string | undefined => {
  const section = upSection(text, MARKERS);
  return typeof section === 'string' ? section.trimEnd() : undefined;
};
const problem = (text: string): unknown => {
  const section = upSection(text, MARKERS);
  return typeof section === 'string' ? section : { ...section, problem: problemText(section.problem) };
};

describe('what goes forward', () => {
  test.each<[string, string, string]>([
    ['ends before the marker of what goes back', '-- up\nA;\n-- down\nB;', '-- up\nA;'],
    ['is everything when nothing goes back', '-- up\nA;\nB;', '-- up\nA;\nB;'],
    [
      'keeps comments before its marker, for their directives',
      '-- no-transaction\n\n-- up\nA;',
      '-- no-transaction\n\n-- up\nA;',
    ],
    ['keeps block comments before its marker', '/* x */\n-- up\nA;', '/* x */\n-- up\nA;'],
    ['may be empty', '-- up\n-- down\nB;', '-- up'],
    ['is found by markers in any case', '-- UP\nA;\n-- Down\nB;', '-- UP\nA;'],
    ['is found on lines that end in CRLF', '-- up\r\nA;\r\n-- down\r\nB;', '-- up\r\nA;'],
    [
      'does not end at a marker that is not at the beginning of its line',
      '-- up\nA; -- down\nB;',
      '-- up\nA; -- down\nB;',
    ],
    ['does not end at an indented marker', '-- up\nA;\n  -- down\nB;', '-- up\nA;\n  -- down\nB;'],
    [
      'does not end at a word that only begins like the marker',
      '-- up\nA;\n-- downtime\nB;',
      '-- up\nA;\n-- downtime\nB;',
    ],
    [
      'ends at the marker though a string before it seems open',
      "-- up\nA 'it\\'s';\n-- down\nB;",
      "-- up\nA 'it\\'s';",
    ],
    ['ends at the marker whatever is open behind it', "-- up\nA;\n-- down\nB 'open", '-- up\nA;'],
  ])('%s', (_, text, expected) => {
    expect(forward(text)).toBe(expected);
  });
});

describe('what would be left out in silence is a problem', () => {
  test.each<[string, string, { problem: RegExp; offset?: number }]>([
    ['no marker at all', 'A;', { problem: /no line "-- up"/ }],
    ['an empty file', '', { problem: /no line "-- up"/ }],
    ['an indented marker', '  -- up\nA;', { problem: /no line "-- up"/ }],
    ['SQL before the marker', '-- hello\nA;\n-- up\nB;', { problem: /SQL before the line "-- up"/, offset: 9 }],
    ['what goes back standing first', '-- down\nB;\n-- up\nA;', { problem: /SQL before the line/, offset: 8 }],
    [
      'a second part behind what goes back',
      '-- up\nA;\n-- down\nB;\n-- up\nC;',
      { problem: /second part "-- up"/, offset: 20 },
    ],
    ['a second part right behind the first', '-- up\nA;\n-- up\nC;', { problem: /second part "-- up"/, offset: 9 }],
    ['a marker that rewrites the SQL', '-- up\n-- magic\nA;', { problem: /environment variables/, offset: 6 }],
    [
      'a marker before the first that rewrites the SQL',
      '-- magic\n-- up\nA;',
      { problem: /environment variables/, offset: 0 },
    ],
  ])('%s', (_, text, expected) => {
    const { problem: reason, ...rest } = expected;
    expect(problem(text)).toEqual({ problem: expect.stringMatching(reason), ...rest });
  });

  test('but not a marker that rewrites what goes back', () => {
    expect(forward('-- up\nA;\n-- down\n-- magic\nB;')).toBe('-- up\nA;');
  });
});

test('every character stays at its offset and on its line, emoji and line ends included', () => {
  const line = fc.oneof(
    fc.constantFrom('-- down', '-- 😀', 'SELECT 1;', "'open", '', '\t'),
    fc.string({ unit: 'grapheme' }).filter((text) => !/^--[ \t]*(?:up\b|magic)/im.test(text)),
  );
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), (lines, end) => {
      const text = ['-- up', ...lines].join(end);
      const section = upSection(text, MARKERS);
      const back = new RegExp(MARKERS.down, 'im').exec(text)?.index ?? text.length;
      expect(section).toBe(text.slice(0, back) + text.slice(back).replace(/[^\r\n]/g, ' '));
      expect(section).toHaveLength(text.length);
    }),
  );
});
