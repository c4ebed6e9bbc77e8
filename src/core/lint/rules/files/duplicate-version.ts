import { list } from '../../../errors/wording.js';
import type { Rule } from '../../model/rule.js';

export const duplicateVersion: Rule = {
  name: 'duplicate-version',
  severity: 'warning',
  docs: {
    finds: 'Two files with the same number: `004_orders.sql` and `004_invoices.sql`.',
    locks: [],
    duration: 'None.',
    harm: 'Usually two branches took the number at the same time. Both run, in the order of their names, which nobody chose: on a database that has one of them already, the other runs out of order.',
    rewrite: [],
    notes: 'Give the file that is not applied yet the next free number. Timestamps as numbers hardly ever collide.',
  },
  checkFile: ({ sameVersion }) =>
    sameVersion.length === 0
      ? []
      : [
          {
            message: `has the same number as ${list(sameVersion)}`,
            remedy: 'Give the one that is not applied yet the next free number.',
          },
        ],
};
