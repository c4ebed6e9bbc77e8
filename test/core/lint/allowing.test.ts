import { describe, expect, test } from '@jest/globals';
import { renderDiagnostic } from '../../../src/core/lint/diagnostic.js';
import { linted } from './linted.js';

const because = 'because nobody reads it';
const dropA = 'ALTER TABLE orders DROP COLUMN a;';
const dropB = 'ALTER TABLE orders DROP COLUMN b;';

/** What is found, as rule and line. */
async function found(text: string): Promise<string[]> {
  return (await linted({ '001_a.sql': text })).map(({ rule, line }) => `${rule} ${line}`);
}

describe('a comment allows what a rule finds', () => {
  test.each<[string, string, string[]]>([
    ['in the next statement', `-- allow: drop-column ${because}\n${dropA}\n${dropB}`, ['drop-column 3']],
    ['in the statement that it is in', `ALTER TABLE orders\n-- allow: drop-column ${because}\nDROP COLUMN a;\n${dropB}`, ['drop-column 4']],
    ['in the next statement, over other comments', `${dropA}\n-- allow: drop-column ${because}\n\n/* as\nagreed */\n${dropB}`, ['drop-column 1']],
    ['in the whole file, wherever it stands', `${dropA}\n-- allow-file: drop-column ${because}\n${dropB}`, []],
    ['of this rule alone', `-- allow: drop-column ${because}\nALTER TABLE orders DROP COLUMN a, ADD UNIQUE (b);`, ['constraint-without-index 2']],
    ['of two rules with two comments', `-- allow: drop-column ${because}\n-- allow: constraint-without-index because it is small\nALTER TABLE orders DROP COLUMN a, ADD UNIQUE (b);`, []],
    ['that a rule for files finds in a statement', `-- allow: leftover-placeholder because it is a template\nINSERT INTO mails VALUES ('{{name}}');\nSELECT '{{x}}';`, ['leftover-placeholder 3']],
    ['that the parser cannot read', '-- allow: unreadable-statement because the server is newer\nMAGIC TABLE a;', []],
  ])('%s', async (_, text, expected) => {
    expect(await found(text)).toEqual(expected);
  }); // prettier-ignore

  test('that is about the file as a whole, only with allow-file', async () => {
    const others = { '001_b.sql': '-- allow-file: duplicate-version because both are applied\nSELECT 1;' };
    const comment = '-- allow: duplicate-version because both are applied\n';
    const files = (text: string) => linted({ '001_a.sql': text, ...others });
    expect((await files(`${comment}SELECT 1;`)).map(({ rule }) => rule)).toEqual(['duplicate-version']);
    expect(await files(`${comment.replace('allow', 'allow-file')}SELECT 1;`)).toEqual([]);
  });

  test('after values have replaced placeholders', async () => {
    const text = `SELECT {{one}};\n-- allow: drop-column ${because}\n${dropA}\n${dropB}`;
    const placeholders = { values: { one: '1 + 1 + 1 + 1 + 1' }, delimiters: ['{{', '}}'] as const };
    const diagnostics = await linted({ '001_a.sql': text }, { placeholders });
    expect(diagnostics.map(({ rule, line, column }) => [rule, line, column])).toEqual([['drop-column', 4, 1]]);
  });
});

describe('a comment that allows nothing is reported itself', () => {
  test.each<[string, string, string]>([
    ['without a reason', `-- allow: drop-column\n${dropA}`, 'has the comment "-- allow: drop-column", which gives no reason and allows nothing. Write it like "-- allow: drop-column because no release reads it".'],
    ['with an unknown rule', `-- allow: drop-colum ${because}\n${dropA}`, `has the comment "-- allow: drop-colum ${because}", but there is no rule "drop-colum". Did you mean "drop-column"?`],
    ['with a rule like no other', `-- allow: no-such-thing ${because}\n${dropA}`, 'All rules are listed in docs/lint.md.'],
    ['misspelled', `-- alow: drop-column ${because}\n${dropA}`, 'which is misspelled and allows nothing'],
    ['behind its statement', `${dropA} -- allow: drop-column ${because}\n`, 'which comes after its statement and allows nothing. Put it on its own line before the statement.'],
    ['behind its statement, before another', `${dropA} -- allow: drop-column ${because}\nSELECT 1;`, 'which comes after its statement'],
    ['behind the last statement', `${dropA}\n-- allow: drop-column ${because}\n`, 'which comes after its statement'],
  ])('%s', async (_, text, expected) => {
    const diagnostics = await linted({ '001_a.sql': text });
    const lines = diagnostics.filter(({ rule }) => rule === 'invalid-allow').map(renderDiagnostic);
    expect(lines).toEqual([expect.stringContaining(expected)]);
    expect(diagnostics.map(({ rule }) => rule)).toContain('drop-column');
  }); // prettier-ignore
});
