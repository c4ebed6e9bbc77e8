import type { Rule } from '../../model/rule.js';

export const invalidAllow: Rule = {
  name: 'invalid-allow',
  severity: 'error',
  docs: {
    finds:
      'A comment `-- allow: …` that has no effect: it is misspelled, names no rule, gives no reason, or comes after its statement.',
    locks: [],
    duration: 'None.',
    harm: 'What it is meant to allow is still reported, although it looks as if someone had approved it.',
    rewrite: [],
    notes: 'Write `-- allow: drop-column because no release reads it` on its own line before the statement.',
  },
  checkFile: ({ allowances }) => allowances.flatMap(({ mistake, offset }) => (mistake ? [{ ...mistake, offset }] : [])),
};
