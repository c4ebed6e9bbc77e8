import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  DEFAULT_DELIMITERS,
  isPlaceholderName,
  type Placeholders,
  substitute,
} from '../../../src/core/compile/placeholders.js';

const put = (text: string, values: Record<string, string>, delimiters = DEFAULT_DELIMITERS): string =>
  substitute(text, { values, delimiters }).text;

describe('values stand in the place of placeholders', () => {
  test.each<[string, string, Record<string, string>, string]>([
    ['one', 'a {{x}} b', { x: '1' }, 'a 1 b'],
    ['several on a line', '{{x}}{{y}} {{x}}', { x: '1', y: '22' }, '122 1'],
    ['with blanks around the name', '{{ x }} {{\tx\n}}', { x: '1' }, '1 1'],
    ['with dots, dashes and colons in the name', '{{a.b-c:d}}', { 'a.b-c:d': '1' }, '1'],
    ['an empty value', 'a{{x}}b', { x: '' }, 'ab'],
    ['a value with what replacements mean elsewhere', '{{x}}', { x: "$& $1 $$ $'" }, "$& $1 $$ $'"],
    ['a value that looks like a placeholder, once only', '{{x}}', { x: '{{y}}', y: '1' }, '{{y}}'],
    ['inside strings and comments too', "'{{x}}' -- {{x}}", { x: '1' }, "'1' -- 1"],
    ['inside a pair of other braces', '{{{x}}}', { x: '1' }, '{1}'],
  ])('%s', (_, text, values, expected) => {
    expect(put(text, values)).toBe(expected);
  });

  test.each<[string, [string, string], string]>([
    ['as Flyway has them', ['${', '}'], 'a ${x} {{x}}'],
    ['as goose has them', ['$', '$'], 'a $x$ {{x}}'],
    ['of characters that mean something to expressions', ['(?.*', '+)'], 'a (?.*x+) {{x}}'],
    ['that are letters of names', ['__', '__'], 'a __x__ {{x}}'],
    ['with an emoji', ['😀', '😀'], 'a 😀x😀 {{x}}'],
  ])('with delimiters %s', (_, delimiters, text) => {
    expect(put(text, { x: '1' }, delimiters)).toBe('a 1 {{x}}');
  });
});

describe('what is no placeholder stays as it is', () => {
  test.each(['{{}}', '{{ }}', '{{1}}', '{{a b}}', '{{"a": 1}}', '{ {x} }', '{{x}', '{x}}', "{{'x'}}"])('%s', (text) => {
    expect(substitute(text, { values: { x: '1' }, delimiters: DEFAULT_DELIMITERS })).toMatchObject({
      text,
      unknown: [],
    });
  });
});

const unknown = (text: string, values: Record<string, string> = {}): unknown =>
  substitute(text, { values, delimiters: DEFAULT_DELIMITERS }).unknown;

describe('a placeholder without a value', () => {
  test('is reported with its offset in the text before, every time', () => {
    expect(unknown('{{x}} {{long}} {{ y }} {{y}}', { long: '1'.repeat(99) })).toEqual([
      { name: 'x', offset: 0 },
      { name: 'y', offset: 15 },
      { name: 'y', offset: 23 },
    ]);
  });

  test.each(['constructor', '__proto__', 'toString'])('may be named like what every object has: %s', (name) => {
    expect(unknown(`{{${name}}}`)).toEqual([{ name, offset: 0 }]);
  });

  test('has none when the name is another in another case', () => {
    expect(unknown('{{X}}', { x: '1' })).toEqual([{ name: 'X', offset: 0 }]);
  });
});

const back = (text: string, values: Record<string, string>, offset: number): number =>
  substitute(text, { values, delimiters: DEFAULT_DELIMITERS }).toOriginal(offset);

describe('the way back', () => {
  test.each<[string, string, Record<string, string>, [after: number, before: number][]]>([
    [
      'is the same before the first placeholder',
      'ab{{x}}',
      { x: '1' },
      [
        [0, 0],
        [1, 1],
      ],
    ],
    [
      'leads to the placeholder from within a longer value',
      'a{{x}}b',
      { x: '123456789' },
      [
        [1, 1],
        [5, 1],
        [9, 1],
        [10, 6],
      ],
    ],
    [
      'leads to the placeholder from within a shorter value',
      'a{{x}}b',
      { x: '12' },
      [
        [1, 1],
        [2, 1],
        [3, 6],
      ],
    ],
    [
      'leads behind the placeholder of an empty value',
      'a{{x}}b',
      { x: '' },
      [
        [0, 0],
        [1, 6],
      ],
    ],
    [
      'counts every placeholder before',
      '{{x}}-{{y}}-{{x}}!',
      { x: '123456789', y: '' },
      [
        [9, 5],
        [10, 11],
        [11, 12],
        [20, 17],
      ],
    ],
    [
      'counts placeholders without a value as they stand',
      '{{z}}{{x}}!',
      { x: '1' },
      [
        [3, 0],
        [5, 5],
        [6, 10],
      ],
    ],
    ['leads from the end to the end', 'a{{x}}', { x: '123456789' }, [[10, 6]]],
  ])('%s', (_, text, values, pairs) => {
    expect(pairs.map(([after]) => [after, back(text, values, after)])).toEqual(pairs);
  });

  test('leads every character outside of values to itself', () => {
    const piece = fc.oneof(
      fc.record({ literal: fc.constantFrom('a', '\r\n', '😀', "'", '{', '} }', 'é', ' ') }),
      fc.record({ name: fc.constantFrom('x', 'y', 'empty') }),
    );
    const values: Placeholders['values'] = { x: 'a long value 😀', y: '1', empty: '' };
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        let before = '';
        let after = '';
        const pairs: [number, number][] = [];
        for (const each of pieces) {
          if ('literal' in each) {
            for (let i = 0; i < each.literal.length; i++) pairs.push([after.length + i, before.length + i]);
            before += each.literal;
            after += each.literal;
          } else {
            before += `{{${each.name}}}`;
            after += values[each.name];
          }
        }
        const { text, toOriginal } = substitute(before, { values, delimiters: DEFAULT_DELIMITERS });
        expect(text).toBe(after);
        expect(pairs.map(([offset]) => [offset, toOriginal(offset)])).toEqual(pairs);
      }),
    );
  });
});

test.each<[string, boolean]>([
  ['tenant', true],
  ['_a', true],
  ['flyway:database', true],
  ['a.b-c_1', true],
  ['', false],
  ['1a', false],
  ['a b', false],
  ['a}}', false],
])('%j as a name: %s', (name, fits) => {
  expect(isPlaceholderName(name)).toBe(fits);
});
