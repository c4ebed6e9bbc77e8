import type { Rule } from '../../model/rule.js';

export const unreadableStatement: Rule = {
  name: 'unreadable-statement',
  severity: 'warning',
  docs: {
    finds:
      'A statement that the parser of PostgreSQL 18 cannot read. Other statements of the file are judged all the same.',
    locks: [],
    duration: 'None.',
    harm: 'It is a mistake, on which the migration will fail, or the syntax of a newer server; nothing else can be said about it.',
    rewrite: [],
    notes: 'If the server understands it, allow it with a reason.',
  },
  checkFile: ({ file }) =>
    file.unreadable.map(({ start }) => ({
      message: 'has a statement that the parser cannot read, so nothing else is known about it',
      remedy: 'Correct it; or, if the server is newer than the parser and understands it, allow it.',
      offset: start,
    })),
};
