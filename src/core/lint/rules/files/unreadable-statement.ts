import type { Rule } from '../../model/rule.js';

export const unreadableStatement: Rule = {
  name: 'unreadable-statement',
  severity: 'warning',
  docs: {
    finds:
      'A statement that the parser of PostgreSQL 18 cannot read. The other statements of the file are still checked.',
    locks: [],
    duration: 'None.',
    harm: 'It is either a mistake, which makes the migration fail, or syntax of a newer server; lint cannot check it.',
    rewrite: [],
    notes: 'If the server accepts it, add an `allow` comment.',
  },
  checkFile: ({ file }) =>
    file.unreadable.map(({ start }) => ({
      message: 'has a statement that the parser cannot read, so it cannot be checked',
      remedy: 'Correct it; or, if the server is newer than the parser and accepts it, allow it.',
      offset: start,
    })),
};
