import { list } from '../../../errors/wording.js';
import type { Rule } from '../../model/rule.js';

export const duplicateVersion: Rule = {
  name: 'duplicate-version',
  severity: 'warning',
  docs: {
    finds: 'Two files with the same version: `004_orders.sql` and `004_invoices.sql`.',
    locks: [],
    duration: 'None.',
    harm: 'Usually two branches picked the same version. Both files run, ordered by name, which nobody chose on purpose. In a database where one of them has already been applied, the other runs out of order.',
    rewrite: [],
    notes: 'Give the file that has not been applied yet the next free version. Timestamps as versions rarely collide.',
  },
  checkFile: ({ sameVersion }) =>
    sameVersion.length === 0
      ? []
      : [
          {
            message: `has the same version as ${list(sameVersion)}`,
            remedy: 'Give the file that has not been applied yet the next free version.',
          },
        ],
};
