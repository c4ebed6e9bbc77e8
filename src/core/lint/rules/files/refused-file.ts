import { problemOf } from '../../../errors/finding.js';
import type { Rule } from '../../model/rule.js';

export const refusedFile: Rule = {
  name: 'refused-file',
  severity: 'error',
  docs: {
    finds:
      'A file that a run would refuse: it has a psql command, a placeholder without a value, a misspelled directive, or a name without a number.',
    locks: [],
    duration: 'None.',
    harm: 'Nothing is run as long as it is there. Its statements are not judged.',
    rewrite: [],
    notes: 'See [errors.md](errors.md) for each reason.',
  },
  checkFile: ({ file }) =>
    file.refusals.map((refusal) => ({
      message: problemOf(refusal),
      remedy: refusal.remedy,
      line: refusal.line,
      column: refusal.column,
    })),
};
