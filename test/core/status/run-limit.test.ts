import { describe, expect, test } from '@jest/globals';
import { configurationText } from '../../../src/core/problems/configuration-problem.js';
import { limitProblems, type RunLimit } from '../../../src/core/status/run-limit.js';

const textsOf = (limit: RunLimit): string[] => limitProblems(limit).map((problem) => configurationText(problem));

describe('a limit of a run', () => {
  test.each([{}, { to: '1.sql' }, { step: 1 }])('%j is valid', (limit) => {
    expect(textsOf(limit)).toEqual([]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('of %d migrations is not valid', (step) => {
    expect(textsOf({ step })).toEqual([`step: ${step} is not a whole number above 0`]);
  });

  test('is a file or a number, not both', () => {
    expect(textsOf({ to: '1.sql', step: 0 })).toEqual([
      'step: 0 is not a whole number above 0',
      'step: cannot be given together with "to"',
    ]);
  });
});
