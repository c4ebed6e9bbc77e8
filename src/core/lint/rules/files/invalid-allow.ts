import type { Rule } from '../../model/rule.js';

export const invalidAllow: Rule = {
  name: 'invalid-allow',
  severity: 'error',
  docs: {
    finds:
      'A comment `-- allow: …` that has no effect: it is misspelled, names no rule, gives no reason, or stands after its statement.',
    locks: [],
    duration: 'None.',
    harm: 'What it should allow is still reported, and whoever reads it believes that somebody has thought about it.',
    rewrite: [],
    notes: 'Write `-- allow: drop-column because no release reads it` on a line of its own before the statement.',
  },
  checkFile: ({ allowances }) => allowances.flatMap(({ mistake, offset }) => (mistake ? [{ ...mistake, offset }] : [])),
};
