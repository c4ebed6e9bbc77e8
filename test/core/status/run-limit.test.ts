import { describe, expect, test } from '@jest/globals';
import { limitProblems } from '../../../src/core/status/run-limit.js';

describe('a limit of a run', () => {
  test.each([{}, { to: '1.sql' }, { step: 1 }])('%j is valid', (limit) => {
    expect(limitProblems(limit)).toEqual([]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('of %d migrations is not valid', (step) => {
    expect(limitProblems({ step })).toEqual([`step: ${step} is not a whole number above 0`]);
  });

  test('is a file or a number, not both', () => {
    expect(limitProblems({ to: '1.sql', step: 0 })).toEqual([
      'step: 0 is not a whole number above 0',
      'step: cannot be given together with "to"',
    ]);
  });
});
