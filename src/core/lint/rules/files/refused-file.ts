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
    harm: 'As long as the file is there, every run is refused. Its statements are not checked.',
    rewrite: [],
    notes: 'See [errors.md](errors.md) for each reason.',
  },
  checkFile: ({ file }) =>
    file.refusals.map((refusal) => ({
      message: problemOf(refusal),
      remedy: refusal.remedy,
      remedies: refusal.remedies,
      line: refusal.line,
      column: refusal.column,
    })),
};
