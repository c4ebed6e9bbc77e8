import { describe, expect, test } from '@jest/globals';
import { lex } from '../../../../src/core/sql/text/lexer.js';

describe('lex', () => {
  test.each([
    ['a long comment behind a string', `SELECT E'a' ${'-- '.repeat(20_000)}\n;`],
    ['many words with dollar signs in them', 'a$b '.repeat(20_000)],
    ['many strings behind words', "ae'b' ".repeat(20_000)],
  ])('takes no time that grows with the square of %s', (_, text) => {
    // CPU time, because other processes may keep this one waiting.
    const before = process.cpuUsage();
    lex(text, () => {});
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });
});
